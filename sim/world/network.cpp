#include "sim/world/network.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace proactor_lab {

LinkId Network::add_link(const NetworkLink& link) {
  links_.push_back(link);
  return static_cast<LinkId>(links_.size() - 1);
}

EndId Network::open(NetworkOwner* initiator, std::uint32_t tag, const char* label, LinkId link) {
  const auto end = static_cast<EndId>(ends_.size());
  ends_.resize(ends_.size() + 2);
  ends_[end].link = ends_[peer_of(end)].link = link;
  connections_.push_back({.label = label});
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

std::uint16_t Network::free_port() const {
  std::uint16_t port = 40'000;
  while (listener_on(port) != nullptr) ++port;
  return port;
}

bool Network::listen(std::uint16_t port, NetworkOwner* owner, LinkId link) {
  if (listener_on(port) != nullptr) return false;
  listeners_.push_back({.owner = owner, .port = port, .link = link});
  return true;
}

void Network::stop_listening(std::uint16_t port) {
  for (EndId end : listener_on(port)->waiting) reset(end, 0);
  std::erase_if(listeners_, [port](const Listener& l) { return l.port == port; });
}

bool Network::connect(EndId initiator, std::uint16_t port, FactIndex cause) {
  const Listener* listener = listener_on(port);
  if (listener == nullptr) return false;
  if (listener->link != 0) ends_[initiator].link = ends_[peer_of(initiator)].link = listener->link;
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
  if (ends_[end].reset || ends_[end].send_closed) return 0;
  End& to = ends_[peer_of(end)];
  const auto count = static_cast<std::uint32_t>(std::min<std::size_t>(bytes.size(), space(end)));
  if (count == 0) return 0;
  if (to.stored + count > to.ring_size) grow_ring(to, to.stored + count);
  const std::uint32_t tail = (to.head + to.stored) & (to.ring_size - 1);
  const std::uint32_t first = std::min(count, to.ring_size - tail);
  std::memcpy(to.ring() + tail, bytes.data(), first);
  if (first < count) std::memcpy(to.ring(), bytes.data() + first, count - first);
  to.stored += count;
  to.under_way += count;
  to.filled = to.stored >= send_buffer_;
  schedule_arrival(peer_of(end), bytes_arrive, count, cause);
  return count;
}

void Network::grow_ring(End& end, std::uint32_t least) {
  std::uint32_t size = end.ring_size;
  while (size < least) size *= 2;
  auto larger = std::make_unique_for_overwrite<std::byte[]>(size);
  for (std::uint32_t i = 0; i < end.stored; ++i) {
    larger[i] = end.ring()[(end.head + i) & (end.ring_size - 1)];
  }
  end.large_ring = std::move(larger);
  end.ring_size = size;
  end.head = 0;
}

std::uint32_t Network::take(EndId end, std::span<std::byte> into) {
  End& from = ends_[end];
  const auto count = static_cast<std::uint32_t>(std::min<std::size_t>(into.size(), from.arrived));
  if (count == 0) return 0;
  const std::uint32_t first = std::min(count, from.ring_size - from.head);
  std::memcpy(into.data(), from.ring() + from.head, first);
  if (first < count) std::memcpy(into.data() + first, from.ring(), count - first);
  made_room(end, count);
  return count;
}

std::uint32_t Network::discard(EndId end, std::uint32_t most) {
  const std::uint32_t count = std::min(most, ends_[end].arrived);
  if (count > 0) made_room(end, count);
  return count;
}

/// Removes the oldest bytes.
void Network::made_room(EndId id, std::uint32_t bytes) {
  End& end = ends_[id];
  const bool was_full = end.stored >= send_buffer_;
  end.head = (end.head + bytes) & (end.ring_size - 1);
  end.stored -= bytes;
  end.arrived -= bytes;
  // If an owner takes bytes as they arrive, their acknowledgement tells the sender at once that
  // there is space; space that is made later is announced in a separate segment.
  if (was_full && !end.arriving && !end.reset) {
    schedule_.at(schedule_.now() + latency_from(id),
                 {this, 0, peer_of(id), end.last_cause, window_opens});
  }
}

void Network::shutdown_send(EndId end, FactIndex cause) {
  if (ends_[end].send_closed || ends_[end].reset) return;
  ends_[end].send_closed = true;
  schedule_arrival(peer_of(end), stream_ends, 0, cause);
}

void Network::close(EndId end, FactIndex cause) {
  abandon(end);
  available(end) > 0 ? reset(end, cause) : shutdown_send(end, cause);
}

void Network::reset(EndId end, FactIndex cause) {
  if (ends_[end].reset) return;
  ends_[end].send_closed = true;
  ends_[end].reset = true;
  schedule_arrival(peer_of(end), reset_arrives, 0, cause);
}

void Network::break_connection(std::uint32_t connection, FactIndex cause) {
  if (std::exchange(connections_[connection].broken, true)) return;
  for (const EndId end : {EndId{2 * connection}, EndId{2 * connection + 1}}) {
    schedule_arrival(end, reset_arrives, 0, cause);
  }
}

// --- The link ----------------------------------------------------------------------------------

Duration Network::latency_from(EndId end) { return draw_latency(end, links_[ends_[end].link]); }

Duration Network::draw_latency(EndId from, const NetworkLink& link) {
  return link.latency.draw(schedule_.choices(),
                           {QuestionKind::latency, from, ends_[from].segments++});
}

void Network::schedule_arrival(EndId to, Type type, std::uint64_t amount, FactIndex cause) {
  const EndId from = peer_of(to);
  const NetworkLink& link = links_[ends_[to].link];
  Instant departs = schedule_.now();
  if (link.bytes_per_second > 0 && type == bytes_arrive) departs = leaves_line(from, link, amount);
  Instant time = departs + draw_latency(from, link);
  if (link.losses_per_million > 0) time += lost_time(from, link, cause);
  if (last_cut_ > schedule_.now()) time = std::max(time, connections_[to / 2].cut_until);
  // A stream keeps its order. Two segments a nanosecond apart do not tie, so no question is asked.
  End& end = ends_[to];
  const Duration apart{arrivals_tie_ ? 0 : 1};
  if (end.segments > 0) time = std::max(time, end.last_arrival + apart);
  ++end.segments;
  end.last_arrival = time;
  if (arrivals_tie_) note_order({this, amount, to, cause, type});
  schedule_.at(time, {this, amount, to, cause, type});
  if (link.breaks_per_million > 0 && type == bytes_arrive) perhaps_break(from, link, cause);
}

void Network::perhaps_break(EndId from, const NetworkLink& link, FactIndex cause) {
  if (connections_[from / 2].broken) return;
  const Question question{QuestionKind::broken, from, ends_[from].segments};
  if (schedule_.choices().draw(999'999, question) < link.breaks_per_million) {
    note_fault(from, "connection broken", cause);
    break_connection(from / 2, cause);
  }
}

/// When the last of `bytes` has left: segments leave one after the other.
Instant Network::leaves_line(EndId from, const NetworkLink& link, std::uint64_t bytes) {
  Instant& line_free = connections_[from / 2].line_free[from & 1u];
  const std::uint64_t ns = bytes * 1'000'000'000 / link.bytes_per_second;
  line_free = std::max(line_free, schedule_.now()) + Duration{static_cast<std::int64_t>(ns)};
  return line_free;
}

/// The delay of a segment that is lost and sent again: the timeout doubles each time (RFC 6298).
Duration Network::lost_time(EndId from, const NetworkLink& link, FactIndex cause) {
  constexpr Duration first_timeout = std::chrono::milliseconds{200};
  constexpr std::uint32_t losses_max = 5;  // more would exceed the length of a simulation
  Duration lost{0};
  Duration timeout = first_timeout;
  for (std::uint32_t i = 0; i < losses_max; ++i) {
    const Question question{QuestionKind::loss, from, ends_[from].segments * 8 + i};
    if (schedule_.choices().draw(999'999, question) >= link.losses_per_million) break;
    note_fault(from, "segment lost", cause);
    lost += timeout;
    timeout *= 2;
  }
  return lost;
}

void Network::note_fault(EndId end, const char* what, FactIndex cause) {
  if (recorder_ == nullptr) return;
  recorder_->record({.extra = fact_text(what),
                     .cause = cause,
                     .handle = connection_fact(end),
                     .kind = FactKind::fault_injected});
}

// --- What arrives ------------------------------------------------------------------------------

void Network::on_event(const ScheduledEvent& event) {
  if (arrivals_tie_ && event.type != window_opens) return arrive_in_order(event.subject);
  arrive(event);
}

void Network::expect(const ScheduledEvent& event, std::uint32_t step) {
  if (step > 0) {
    NetworkOwner* const owner = ends_[event.subject].owner;
    if (owner != nullptr) owner->expect_arrival(event.subject, step - 1);
    return;
  }
  // Both ends: an owner that receives something usually answers.
  for (const EndId end : {event.subject, peer_of(event.subject)}) {
    __builtin_prefetch(&ends_[end]);
    __builtin_prefetch(ends_[end].small.data());
  }
}

void Network::note_order(const ScheduledEvent& event) { in_order_[event.subject].push_back(event); }

/// One of the segments that are due now arrives: the oldest.
void Network::arrive_in_order(EndId to) {
  std::deque<ScheduledEvent>& under_way = in_order_[to];
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
    case bytes_arrive:
      return bytes_arrived(event);
    case window_opens:
      ends_[peer_of(id)].filled = space(id) == 0;  // it may be full again by now
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

void Network::bytes_arrived(const ScheduledEvent& event) {
  const EndId id = event.subject;
  End& end = ends_[id];
  if (end.abandoned || (end.receive_closed && end.send_closed)) return break_off(id, event);
  const auto count = static_cast<std::uint32_t>(event.amount);
  end.arrived += count;
  end.under_way -= count;
  end.arriving = true;
  if (end.owner != nullptr) end.owner->readable(id, event.cause);
  // The owner may have opened connections, which can move the ends in memory.
  End& here = ends_[id];
  here.arriving = false;
  if (!here.filled || here.stored >= send_buffer_) return;
  here.filled = false;
  NetworkOwner* sender = ends_[peer_of(id)].owner;
  if (sender != nullptr) sender->writable(peer_of(id), event.cause);
}

/// The connection is broken at this end; receives and sends that wait are notified.
void Network::break_end(EndId id, FactIndex cause) {
  End& end = ends_[id];
  end.reset = true;
  end.error = end.ended ? EPIPE : ECONNRESET;
  end.stored -= end.under_way;
  end.under_way = 0;
  if (end.owner != nullptr) end.owner->readable(id, cause);
  if (ends_[id].owner != nullptr) ends_[id].owner->writable(id, cause);
}

/// Bytes arrived that no owner will take: both ends are notified that the connection is broken.
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
