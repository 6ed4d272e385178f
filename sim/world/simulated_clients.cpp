#include "sim/world/simulated_clients.hpp"

#include <algorithm>
#include <utility>

namespace proactor_lab {
namespace {

constexpr Duration slow_read_period = std::chrono::milliseconds{1};
constexpr std::byte request_byte{'x'};

}  // namespace

SimulatedClients::SimulatedClients(Network& network, Schedule& schedule, Recorder* recorder)
    : network_(network), schedule_(schedule), recorder_(recorder), scratch_(4096) {}

void SimulatedClients::add(const ClientScript& script, std::uint16_t port) {
  const auto number = static_cast<std::uint32_t>(crowds_.size());
  Crowd& crowd = crowds_.emplace_back(Crowd{script, port, {}});
  std::uint64_t said = 0;
  for (const ClientSend& each : script.sends) crowd.said_by.push_back(said += each.content.size());
  if (request_.size() < script.request_bytes) request_.resize(script.request_bytes, request_byte);
  const std::vector<Duration> times = setting_out(script, number, schedule_.choices());
  for (std::uint32_t i = 0; i < script.count; ++i) {
    const auto index = static_cast<std::uint32_t>(clients_.size());
    Client& client = clients_.emplace_back();
    client.crowd = &crowd;
    if (recorder_ != nullptr) labels_.push_back(recorder_->keep(script.name_of(i)));
    schedule(index, connects, Instant{} + times[i]);
  }
}

const char* SimulatedClients::label_of(const Client& client) const {
  return recorder_ == nullptr ? "" : labels_[static_cast<std::size_t>(&client - clients_.data())];
}

void SimulatedClients::record(Client& client, FactKind kind, std::uint64_t bytes) {
  if (recorder_ == nullptr) return;
  client.last = recorder_->record({.value = bytes,
                                   .extra = fact_text(label_of(client)),
                                   .cause = client.last,
                                   .handle = connection_fact(client.end),
                                   .kind = kind,
                                   .detail = breaks(client)});
}

/// True if leaving resets the connection; leaving bytes unread does so, too.
bool SimulatedClients::breaks(const Client& client) const {
  return client.crowd->script.end == ClientEnd::reset || network_.available(client.end) > 0;
}

void SimulatedClients::schedule(std::uint32_t client, Type type, Instant time) {
  schedule_.at(std::max(time, schedule_.now()), {this, 0, client, clients_[client].last, type});
}

void SimulatedClients::on_event(const ScheduledEvent& event) {
  Client& client = clients_[event.subject];
  const ClientScript& script = client.crowd->script;
  switch (event.type) {
    case connects:
      return connect(event.subject);
    case connected:
      if (script.end != ClientEnd::stay && script.end_at >= Duration::zero()) {
        schedule(event.subject, leaves, Instant{} + script.end_at);
      }
      return go_on(event.subject);
    case speaks:
      speak(event.subject);
      return go_on(event.subject);
    case reads:
      return read_slowly(event.subject, event.cause);
    case leaves:
      return leave(client);
    default:
      return;
  }
}

void SimulatedClients::connect(std::uint32_t index) {
  Client& client = clients_[index];
  client.end = network_.open(this, index, label_of(client), client.crowd->script.link);
  record(client, FactKind::client_connected, 0);
  if (!network_.connect(client.end, client.crowd->port, client.last)) return;  // refused
  // The handshake is complete after a round trip.
  const Duration there = network_.latency_from(client.end);
  const Duration back = network_.latency_from(client.end);
  schedule(index, connected, schedule_.now() + there + back);
}

// --- Speaking --------------------------------------------------------------------------------

/// Schedules the client's next action, unless it waits for an answer.
void SimulatedClients::go_on(std::uint32_t index) {
  Client& client = clients_[index];
  const ClientScript& script = client.crowd->script;
  if (client.leaving) return;
  const Instant now = schedule_.now();
  if (has_lines_left(client)) {
    return schedule(index, speaks, Instant{} + script.sends[client.sends_made].at);
  }
  if (script.read_to_end) return;
  const bool more = client.requests_made < script.requests;
  if (more && script.every > Duration::zero()) {
    const Duration pause = client.requests_made == 0 ? Duration::zero() : script.every;
    return schedule(index, speaks, now + pause);
  }
  if (client.received < client.awaited) return;
  if (more) {
    const Duration think =
        client.awaited == 0
            ? Duration::zero()
            : script.think.draw(schedule_.choices(),
                                {QuestionKind::think, client.end, client.requests_made});
    if (think > Duration::zero()) return schedule(index, speaks, now + think);
    speak(index);
    if (client.received < client.awaited) return;  // now it only waits for the answer
    return go_on(index);
  }
  if (script.end == ClientEnd::stay || script.end_at >= Duration::zero()) return;
  client.leaving = true;
  schedule(index, leaves, now);
}

/// An open loop continues by the clock, until its last request.
void SimulatedClients::go_on_after_answer(std::uint32_t index) {
  const Client& client = clients_[index];
  const ClientScript& script = client.crowd->script;
  if (has_lines_left(client)) return;
  if (script.every > Duration::zero() && client.requests_made < script.requests) return;
  go_on(index);
}

void SimulatedClients::speak(std::uint32_t index) {
  Client& client = clients_[index];
  const ClientScript& script = client.crowd->script;
  if (client.leaving) return;
  if (has_lines_left(client)) {
    const std::string& content = script.sends[client.sends_made++].content;
    client.awaited += content.size();
    say(client, std::as_bytes(std::span(content)));
  } else if (client.requests_made < script.requests) {
    ++client.requests_made;
    client.awaited += script.bytes_of_answer();
    client.asked = schedule_.now();
    say(client, std::span(request_).first(script.request_bytes));
  }
}

void SimulatedClients::say(Client& client, std::span<const std::byte> bytes) {
  const std::size_t sent = client.unsent == 0 ? send(client, bytes) : 0;
  client.unsent += bytes.size() - sent;
}

/// Sends as many bytes as the network takes. Returns their number.
std::size_t SimulatedClients::send(Client& client, std::span<const std::byte> bytes) {
  if (network_.send_closed(client.end) || network_.was_reset(client.end)) return 0;
  const auto count = std::min<std::size_t>(bytes.size(), network_.space(client.end));
  if (count == 0) return 0;
  record(client, FactKind::client_sent, count);
  return network_.send(client.end, bytes.first(count), client.last);
}

void SimulatedClients::flush(Client& client) {
  if (client.unsent == 0) return;
  const auto count = std::min<std::uint64_t>(client.unsent, network_.space(client.end));
  client.unsent -= send(client, first_unsent(client, count));
}

/// Rebuilds the first unsent bytes. They are not stored, however many an open loop produces: the
/// script and their number determine them.
std::span<const std::byte> SimulatedClients::first_unsent(const Client& client, std::size_t count) {
  const Crowd& crowd = *client.crowd;
  if (scratch_.size() < count) scratch_.resize(count);
  std::span<std::byte> rest = std::span(scratch_).first(count);
  const std::uint64_t requests = std::uint64_t{client.requests_made} * crowd.script.request_bytes;
  if (client.unsent > requests) {
    std::uint64_t place = crowd.said_by[client.sends_made - 1] - (client.unsent - requests);
    auto until = std::upper_bound(crowd.said_by.begin(), crowd.said_by.end(), place);
    for (; !rest.empty() && place < crowd.said_by[client.sends_made - 1]; ++until) {
      const auto each = static_cast<std::size_t>(until - crowd.said_by.begin());
      const auto end =
          std::as_bytes(std::span(crowd.script.sends[each].content)).last(*until - place);
      const auto piece = end.first(std::min(end.size(), rest.size()));
      std::copy(piece.begin(), piece.end(), rest.begin());
      rest = rest.subspan(piece.size());
      place = *until;
    }
  }
  std::fill(rest.begin(), rest.end(), request_byte);
  return std::span(scratch_).first(count);
}

void SimulatedClients::leave(Client& client) {
  client.leaving = true;
  if (std::exchange(client.left, true)) return;
  record(client, FactKind::client_closed, 0);
  if (breaks(client)) {
    network_.reset(client.end, client.last);
  } else {
    network_.shutdown_send(client.end, client.last);
  }
}

void SimulatedClients::writable(EndId end, FactIndex) { flush(clients_[network_.tag(end)]); }

// --- Reading ---------------------------------------------------------------------------------

void SimulatedClients::readable(EndId end, FactIndex cause) {
  const std::uint32_t index = network_.tag(end);
  Client& client = clients_[index];
  const ClientScript& script = client.crowd->script;
  const bool reset = network_.was_reset(end);
  if (!script.reads && !reset) return;
  if (script.read_bytes_per_second > 0 && !reset && network_.available(end) > 0) {
    if (!client.reading) read_slowly(index, cause);
    return;
  }
  take(index, UINT32_MAX, cause);
}

/// Takes some bytes now, and more after a while, as long as bytes are available.
void SimulatedClients::read_slowly(std::uint32_t index, FactIndex cause) {
  Client& client = clients_[index];
  const std::uint64_t rate = client.crowd->script.read_bytes_per_second;
  const std::uint64_t a_period = rate / 1000;
  const auto most = static_cast<std::uint32_t>(std::clamp<std::uint64_t>(a_period, 1, UINT32_MAX));
  take(index, most, cause);
  client.reading = network_.available(client.end) > 0 && !network_.was_reset(client.end);
  if (client.reading) {
    // At most once per period; a byte may take longer than a period.
    const Duration a_byte{static_cast<std::int64_t>(1'000'000'000 / rate)};
    schedule(index, reads, schedule_.now() + (a_period > 0 ? slow_read_period : a_byte));
  } else if (network_.at_end(client.end)) {
    take(index, UINT32_MAX, cause);
  }
}

void SimulatedClients::take(std::uint32_t index, std::uint32_t most, FactIndex cause) {
  Client& client = clients_[index];
  const bool reset = network_.was_reset(client.end);
  const std::uint32_t count = reset ? 0 : network_.discard(client.end, most);
  client.last = cause;
  if (count == 0) {
    // The program closed its end: the client leaves, too.
    if (client.crowd->script.end != ClientEnd::stay) leave(client);
    return;
  }
  client.received += count;
  record(client, FactKind::client_received, count);
  if (response_times_ != nullptr) note_answers(client);
  go_on_after_answer(index);
}

/// Measures the requests whose answers are complete by now.
void SimulatedClients::note_answers(Client& client) {
  const ClientScript& script = client.crowd->script;
  const std::uint64_t bytes = script.bytes_of_answer();
  for (; client.requests_answered < client.requests_made; ++client.requests_answered) {
    const std::uint32_t later = client.requests_made - client.requests_answered - 1;
    if (client.received + bytes * later < client.awaited) return;
    response_times_->push_back(schedule_.now() - client.asked + later * script.every);
    last_answer_ = schedule_.now();
  }
}

std::uint64_t SimulatedClients::unanswered() const {
  std::uint64_t count = 0;
  for (const Client& client : clients_) {
    const ClientScript& script = client.crowd->script;
    if (script.end_at < Duration::zero()) count += script.requests - client.requests_answered;
  }
  return count;
}

}  // namespace proactor_lab
