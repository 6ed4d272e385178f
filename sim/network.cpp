#include "sim/network.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace proactor_lab {

EndId Network::open(NetworkOwner* initiator, std::uint32_t tag, const char* label) {
  const auto end = static_cast<EndId>(ends_.size());
  ends_.resize(ends_.size() + 2);
  labels_.push_back(label);
  adopt(end, initiator, tag);
  return end;
}

void Network::adopt(EndId end, NetworkOwner* owner, std::uint32_t tag) {
  ends_[end].owner = owner;
  ends_[end].tag = tag;
}

void Network::abandon(EndId end) {
  adopt(end, nullptr, 0);
  ends_[end].abandoned = true;
}

bool Network::listen(std::uint16_t port, NetworkOwner* owner) {
  if (listener_on(port) != nullptr) return false;
  listeners_.push_back({owner, port, {}});
  return true;
}

void Network::stop_listening(std::uint16_t port) {
  for (EndId end : listener_on(port)->waiting) reset(end, 0);
  std::erase_if(listeners_, [port](const Listener& l) { return l.port == port; });
}

bool Network::connect(EndId initiator, std::uint16_t port, FactIndex cause) {
  if (listener_on(port) == nullptr) return false;
  schedule_arrival(peer_of(initiator), connection_arrives, port, cause);
  return true;
}

bool Network::acceptable(std::uint16_t port) const {
  const Listener* listener = listener_on(port);
  return listener != nullptr && !listener->waiting.empty();
}

EndId Network::accept(std::uint16_t port) {
  Listener* listener = listener_on(port);
  const EndId end = listener->waiting.front();
  listener->waiting.pop_front();
  return end;
}

std::uint32_t Network::send(EndId end, std::span<const std::byte> bytes, FactIndex cause) {
  if (ends_[end].reset) return 0;
  End& to = ends_[peer_of(end)];
  const auto count = static_cast<std::uint32_t>(std::min<std::size_t>(bytes.size(), space(end)));
  if (count == 0) return 0;
  if (to.stored + count > to.ring.size()) {
    std::size_t size = std::max<std::size_t>(64, to.ring.size());
    while (size < to.stored + count) size *= 2;
    std::vector<std::byte> larger(size);
    for (std::uint32_t i = 0; i < to.stored; ++i) {
      larger[i] = to.ring[(to.head + i) & (to.ring.size() - 1)];
    }
    to.ring.swap(larger);
    to.head = 0;
  }
  const std::size_t tail = (to.head + to.stored) & (to.ring.size() - 1);
  const std::size_t first = std::min<std::size_t>(count, to.ring.size() - tail);
  std::memcpy(to.ring.data() + tail, bytes.data(), first);
  std::memcpy(to.ring.data(), bytes.data() + first, count - first);
  to.stored += count;
  to.under_way += count;
  schedule_arrival(peer_of(end), bytes_arrive, count, cause);
  return count;
}

std::uint32_t Network::take(EndId end, std::span<std::byte> into) {
  End& from = ends_[end];
  const auto count = static_cast<std::uint32_t>(std::min<std::size_t>(into.size(), from.arrived));
  if (count == 0) return 0;
  const std::size_t first = std::min<std::size_t>(count, from.ring.size() - from.head);
  std::memcpy(into.data(), from.ring.data() + from.head, first);
  std::memcpy(into.data() + first, from.ring.data(), count - first);
  from.head = (from.head + count) & static_cast<std::uint32_t>(from.ring.size() - 1);
  const bool was_full = space(peer_of(end)) == 0;
  from.stored -= count;
  from.arrived -= count;
  // Whoever takes bytes as they arrive lets the sender go on at once, with their acknowledgement;
  // room that is made later has to be told in a segment of its own.
  if (was_full && !from.arriving && !from.reset) {
    schedule_.at(schedule_.now() + latency_from(end),
                 {this, 0, peer_of(end), from.last_cause, window_opens});
  }
  return count;
}

void Network::shutdown_send(EndId end, FactIndex cause) {
  if (ends_[end].send_closed || ends_[end].reset) return;
  ends_[end].send_closed = true;
  schedule_arrival(peer_of(end), stream_ends, 0, cause);
}

void Network::reset(EndId end, FactIndex cause) {
  if (ends_[end].reset) return;
  ends_[end].send_closed = true;
  ends_[end].reset = true;
  schedule_arrival(peer_of(end), reset_arrives, 0, cause);
}

Duration Network::latency_from(EndId end) {
  return config_.latency.draw(schedule_.choices(),
                              {QuestionKind::latency, end, ends_[end].segments++});
}

void Network::schedule_arrival(EndId to, Type type, std::uint64_t amount, FactIndex cause) {
  Instant time = schedule_.now() + latency_from(peer_of(to));
  // A stream keeps its order. A nanosecond apart, two segments are no tie, so no question arises.
  End& end = ends_[to];
  const ScheduledEvent event{this, amount, to, cause, type};
  if (config_.arrivals_tie) {
    time = std::max(time, end.last_arrival);
    in_order_[to].push_back(event);
  } else if (end.segments > 0 && time <= end.last_arrival) {
    time = end.last_arrival + Duration{1};
  }
  ++end.segments;
  end.last_arrival = time;
  schedule_.at(time, event);
}

void Network::on_event(const ScheduledEvent& event) {
  if (!config_.arrivals_tie || event.type == window_opens) return arrive(event);
  // One of those that are due now; what arrives is the oldest.
  std::deque<ScheduledEvent>& under_way = in_order_[event.subject];
  const ScheduledEvent oldest = under_way.front();
  under_way.pop_front();
  arrive(oldest);
}

void Network::arrive(const ScheduledEvent& event) {
  const EndId id = event.subject;
  End& end = ends_[id];
  if (end.reset) return;  // already broken: nothing arrives any more
  end.last_cause = event.cause;
  switch (event.type) {
    case bytes_arrive: {
      if (end.abandoned || (end.receive_closed && end.send_closed)) return break_off(id, event);
      const auto count = static_cast<std::uint32_t>(event.amount);
      end.arrived += count;
      end.under_way -= count;
      end.arriving = true;
      if (end.owner != nullptr) end.owner->readable(id, event.cause);
      // The owner may have opened connections: the ends may lie elsewhere by now.
      ends_[id].arriving = false;
      NetworkOwner* sender = ends_[peer_of(id)].owner;
      if (sender != nullptr && space(peer_of(id)) > 0) sender->writable(peer_of(id), event.cause);
      break;
    }
    case window_opens:
      if (end.owner != nullptr) end.owner->writable(id, event.cause);
      break;
    case stream_ends:
      end.ended = true;
      if (end.owner != nullptr) end.owner->readable(id, event.cause);
      break;
    case reset_arrives:
      break_end(id, event.cause);
      break;
    case connection_arrives: {
      const auto port = static_cast<std::uint16_t>(event.amount);
      Listener* listener = listener_on(port);
      if (listener == nullptr) {
        ends_[peer_of(id)].refused = true;
        reset(id, event.cause);
        return;
      }
      listener->waiting.push_back(id);
      listener->owner->acceptable(port, event.cause);
      break;
    }
    default:
      break;
  }
}

/// The connection is over at this end; receives and sends that wait are to hear of it.
void Network::break_end(EndId id, FactIndex cause) {
  End& end = ends_[id];
  end.reset = true;
  end.error = end.ended ? EPIPE : ECONNRESET;
  end.stored -= end.under_way;
  end.under_way = 0;
  if (end.owner != nullptr) end.owner->readable(id, cause);
  if (ends_[id].owner != nullptr) ends_[id].owner->writable(id, cause);
}

/// Bytes came that nobody will ever take: both ends learn that the connection is over.
void Network::break_off(EndId id, const ScheduledEvent& event) {
  reset(id, event.cause);
  break_end(id, event.cause);
}

Network::Listener* Network::listener_on(std::uint16_t port) {
  return const_cast<Listener*>(std::as_const(*this).listener_on(port));
}

const Network::Listener* Network::listener_on(std::uint16_t port) const {
  for (const Listener& listener : listeners_) {
    if (listener.port == port) return &listener;
  }
  return nullptr;
}

}  // namespace proactor_lab
