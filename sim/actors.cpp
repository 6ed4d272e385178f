#include "sim/actors.hpp"

#include <algorithm>
#include <cstring>

namespace proactor_lab {

SimulatedClients::SimulatedClients(Network& network, Schedule& schedule, Recorder* recorder)
    : network_(network), schedule_(schedule), recorder_(recorder), scratch_(4096) {}

void SimulatedClients::add(const ClientScript& script, std::uint16_t port) {
  const auto index = static_cast<std::uint32_t>(clients_.size());
  Client& client = clients_.emplace_back();
  client.script = script;
  client.port = port;
  client.requests_left = script.requests;
  if (recorder_ != nullptr) client.label = recorder_->keep(script.name);
  schedule(index, connects, Instant{} + script.connect_at);
}

void SimulatedClients::record(Client& client, FactKind kind, std::uint64_t bytes) {
  if (recorder_ == nullptr) return;
  client.last = recorder_->record({.value = bytes,
                                   .extra = fact_text(client.label),
                                   .cause = client.last,
                                   .handle = connection_fact(client.end),
                                   .kind = kind,
                                   .detail = breaks(client)});
}

/// Leaving bytes unread resets the connection, too.
bool SimulatedClients::breaks(const Client& client) const {
  return client.script.end == ClientEnd::reset || network_.available(client.end) > 0;
}

void SimulatedClients::schedule(std::uint32_t client, Type type, Instant time) {
  schedule_.at(std::max(time, schedule_.now()), {this, 0, client, clients_[client].last, type});
}

void SimulatedClients::on_event(const ScheduledEvent& event) {
  Client& client = clients_[event.subject];
  switch (event.type) {
    case connects:
      client.end = network_.open(this, event.subject, client.label);
      record(client, FactKind::client_connected, 0);
      if (!network_.connect(client.end, client.port, client.last)) return;  // refused: it gives up
      // The answer to its greeting is back after a round trip.
      schedule(
          event.subject, connected,
          schedule_.now() + network_.latency_from(client.end) + network_.latency_from(client.end));
      break;
    case connected:
      if (client.script.end != ClientEnd::stay && client.script.end_at >= Duration::zero()) {
        schedule(event.subject, leaves, Instant{} + client.script.end_at);
      }
      go_on(event.subject);
      break;
    case speaks:
      speak(client);
      go_on(event.subject);
      break;
    case leaves:
      leave(client);
      break;
    default:
      break;
  }
}

/// Schedules the client's next act, if it has one that does not wait for an answer.
void SimulatedClients::go_on(std::uint32_t index) {
  Client& client = clients_[index];
  if (client.leaving) return;
  const Instant now = schedule_.now();
  if (client.next_send < client.script.sends.size()) {
    schedule(index, speaks, Instant{} + client.script.sends[client.next_send].at);
    return;
  }
  if (client.script.read_to_end || client.received < client.said) return;
  if (client.requests_left > 0) {
    schedule(index, speaks, client.said == 0 ? now : now + client.script.think);
    return;
  }
  if (client.script.end == ClientEnd::stay || client.script.end_at >= Duration::zero()) return;
  client.leaving = true;
  schedule(index, leaves, now);
}

void SimulatedClients::speak(Client& client) {
  if (client.leaving) return;
  if (client.next_send < client.script.sends.size()) {
    const auto bytes = std::as_bytes(std::span(client.script.sends[client.next_send++].content));
    client.outbox.insert(client.outbox.end(), bytes.begin(), bytes.end());
    client.said += bytes.size();
  } else if (client.requests_left > 0) {
    --client.requests_left;
    client.outbox.resize(client.outbox.size() + client.script.request_bytes, std::byte{'x'});
    client.said += client.script.request_bytes;
  }
  flush(client);
}

void SimulatedClients::flush(Client& client) {
  const auto rest = std::span(client.outbox).subspan(client.outbox_start);
  const auto count = std::min<std::size_t>(rest.size(), network_.space(client.end));
  if (count == 0 || network_.send_closed(client.end)) return;
  record(client, FactKind::client_sent, count);
  client.outbox_start += network_.send(client.end, rest.first(count), client.last);
  if (client.outbox_start == client.outbox.size()) {
    client.outbox.clear();
    client.outbox_start = 0;
  }
}

void SimulatedClients::leave(Client& client) {
  client.leaving = true;
  if (network_.send_closed(client.end)) return;
  record(client, FactKind::client_closed, 0);
  if (breaks(client)) {
    network_.reset(client.end, client.last);
  } else {
    network_.shutdown_send(client.end, client.last);
  }
}

void SimulatedClients::readable(EndId end, FactIndex cause) {
  const std::uint32_t index = network_.tag(end);
  Client& client = clients_[index];
  if (!client.script.reads && !network_.was_reset(end)) return;
  std::uint32_t count = 0;
  while (!network_.was_reset(end)) {
    const std::uint32_t taken = network_.take(end, scratch_);
    if (taken == 0) break;
    count += taken;
  }
  if (count == 0) {
    // The program closed: the client hangs up too.
    client.last = cause;
    if (client.script.end != ClientEnd::stay) leave(client);
    return;
  }
  client.received += count;
  client.last = cause;
  record(client, FactKind::client_received, count);
  if (client.next_send >= client.script.sends.size()) go_on(index);
}

void SimulatedClients::writable(EndId end, FactIndex) { flush(clients_[network_.tag(end)]); }

SimulatedBackEnds::SimulatedBackEnds(Network& network, Schedule& schedule, Recorder* recorder)
    : network_(network), schedule_(schedule), recorder_(recorder), scratch_(4096) {}

void SimulatedBackEnds::add(const BackEndScript& script) {
  BackEnd& back_end = back_ends_.emplace_back();
  back_end.script = script;
  if (recorder_ != nullptr) back_end.label = recorder_->keep(script.name);
  network_.listen(script.port, this);
}

void SimulatedBackEnds::acceptable(std::uint16_t port, FactIndex cause) {
  for (std::uint32_t i = 0; i < back_ends_.size(); ++i) {
    if (back_ends_[i].script.port != port) continue;
    while (network_.acceptable(port)) {
      const EndId end = network_.accept(port);
      network_.adopt(end, this, i);
      if (network_.available(end) > 0) readable(end, cause);
    }
  }
}

void SimulatedBackEnds::readable(EndId end, FactIndex cause) {
  const BackEnd& back_end = back_ends_[network_.tag(end)];
  std::uint32_t count = 0;
  while (std::uint32_t taken = network_.take(end, scratch_)) count += taken;
  if (count == 0) {
    network_.shutdown_send(end, cause);
    return;
  }
  if (recorder_ != nullptr) {
    cause = recorder_->record({.value = count,
                               .extra = fact_text(back_end.label),
                               .cause = cause,
                               .handle = connection_fact(end),
                               .kind = FactKind::client_received});
  }
  const Duration delay = back_end.script.answer_after.draw(
      schedule_.choices(), {QuestionKind::answer_delay, end, answers_++});
  schedule_.at(schedule_.now() + delay, {this, 0, end, cause, 0});
}

void SimulatedBackEnds::on_event(const ScheduledEvent& event) {
  const BackEnd& back_end = back_ends_[network_.tag(event.subject)];
  const std::uint32_t size = back_end.script.answer_bytes;
  if (scratch_.size() < size) scratch_.resize(size);
  std::memset(scratch_.data(), 'y', size);
  FactIndex cause = event.cause;
  if (recorder_ != nullptr) {
    cause = recorder_->record({.value = size,
                               .extra = fact_text(back_end.label),
                               .cause = cause,
                               .handle = connection_fact(event.subject),
                               .kind = FactKind::client_sent});
  }
  network_.send(event.subject, std::span(scratch_).first(size), cause);
}

}  // namespace proactor_lab
