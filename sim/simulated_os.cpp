#include "sim/simulated_os.hpp"

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <functional>

namespace proactor_lab {

SimulatedOs::SimulatedOs(const SimulatedOsConfig& config, Schedule& schedule, Network& network,
                         Recorder* recorder)
    : config_(config),
      schedule_(schedule),
      network_(network),
      recorder_(recorder),
      descriptors_(config.handle_limit) {
  schedule_.set_recorder(recorder);
}

// --- The demultiplexer: time passes in here --------------------------------------------------

bool SimulatedOs::wait(CompletionEventQueue& queue, Instant deadline) {
  submit();
  while (posted_.empty() && !woken_) {
    if (schedule_.empty()) {
      if (deadline == never) return false;
      schedule_.advance_to(std::max(deadline, schedule_.now()));
      return true;
    }
    const Instant next = schedule_.next_time();
    if (next > config_.run_limit) {
      limit_reached_ = true;
      return false;
    }
    if (next > deadline) {
      schedule_.advance_to(std::max(deadline, schedule_.now()));
      return true;
    }
    const ScheduledEvent event = schedule_.next();
    event.target->on_event(event);
  }
  woken_ = false;
  for (const Completion& completion : posted_) queue.push(completion);
  posted_.clear();
  return true;
}

/// The running thread is busy for `cost`; the rest of the world goes on meanwhile.
void SimulatedOs::spend(Duration cost) {
  if (cost <= Duration::zero()) return;
  const Instant until = std::min(saturating_add(schedule_.now(), cost), config_.run_limit);
  while (schedule_.next_time() <= until && !schedule_.empty()) {
    const ScheduledEvent event = schedule_.next();
    event.target->on_event(event);
  }
  schedule_.advance_to(until);
}

// --- The processor ---------------------------------------------------------------------------

void SimulatedOs::start(AsyncOperation& operation) {
  submissions_.push(operation);
  if (++submission_count_ == submission_entries) submit();
}

void SimulatedOs::submit() {
  if (submissions_.empty()) return;
  if (recorder_ != nullptr) {
    for (AsyncOperation* each = submissions_.first; each != nullptr; each = each->next) {
      recorder_->record(
          {.operation = to_number(each->id), .thread = 1, .kind = FactKind::operation_submitted});
    }
  }
  spend(config_.syscall_cost);
  submission_count_ = 0;
  while (AsyncOperation* operation = submissions_.pop()) {
    carry_out(*operation, record(FactKind::operation_started, *operation, 0, 0));
  }
}

void SimulatedOs::carry_out(AsyncOperation& operation, FactIndex started) {
  operation.backend_state = {};
  switch (operation.opcode) {
    case Opcode::timer:
      return set_timer(operation);
    case Opcode::cancel:
      return carry_out_cancel(operation, started);
    case Opcode::close:
      return complete(operation, close_handle(operation.handle, started), started);
    default:
      break;
  }
  const std::uint32_t index = socket_of(operation.handle);
  if (index == no_socket) return complete(operation, -EBADF, started);
  Socket& socket = sockets_[index];
  const bool listener = socket.kind == HandleKind::listener;
  switch (operation.opcode) {
    case Opcode::accept:
      if (!listener) return complete(operation, -EINVAL, started);
      if (!socket.receives.empty() || !try_accept(operation, index, started)) {
        pend(operation, Place::receives, index);
      }
      return;
    case Opcode::connect:
      if (listener || socket.connected) return complete(operation, -EISCONN, started);
      return carry_out_connect(operation, index, started);
    case Opcode::receive:
      if (!socket.connected) return complete(operation, -ENOTCONN, started);
      if (!try_receive(operation, index, started)) pend(operation, Place::receives, index);
      return;
    case Opcode::send:
      if (!socket.connected) return complete(operation, -ENOTCONN, started);
      if (!socket.sends.empty() || !try_send(operation, index, started)) {
        pend(operation, Place::sends, index);
      }
      return;
    case Opcode::shutdown: {
      if (!socket.connected) return complete(operation, -ENOTCONN, started);
      if (operation.side != ShutdownSide::receive) network_.shutdown_send(socket.end, started);
      complete(operation, 0, started);
      if (operation.side != ShutdownSide::send) {
        socket.receive_closed = true;
        while (AsyncOperation* waiting = sockets_[index].receives.pop()) {
          complete(*waiting, 0, started);
          release(index, started);
        }
      }
      return;
    }
    default:
      return complete(operation, -EINVAL, started);
  }
}

void SimulatedOs::carry_out_connect(AsyncOperation& operation, std::uint32_t index,
                                    FactIndex started) {
  Socket& socket = sockets_[index];
  socket.end = network_.open(this, index, socket.label);
  const bool heard = network_.connect(socket.end, operation.endpoint.port, started);
  const Instant answered =
      schedule_.now() + network_.latency_from(socket.end) + network_.latency_from(socket.end);
  pend(operation, Place::timer, index);
  set_timer(operation);
  // `on_event` sees a connect and not a timer, by the opcode.
  schedule_.at(answered, {this, static_cast<std::uint64_t>(heard),
                          static_cast<std::uint32_t>(operation.backend_state[2]), started, 0});
}

void SimulatedOs::set_timer(AsyncOperation& operation) {
  if (free_timers_.empty()) {
    free_timers_.push_back(static_cast<std::uint32_t>(timers_.size()));
    timers_.push_back(nullptr);
  }
  const std::uint32_t number = free_timers_.back();
  free_timers_.pop_back();
  timers_[number] = &operation;
  operation.backend_state[0] = static_cast<std::uint64_t>(Place::timer);
  operation.backend_state[2] = number;
  if (operation.opcode == Opcode::timer) {
    ++pending_;
    schedule_.at(std::max(operation.deadline, schedule_.now()), {this, 0, number, 0, 0});
  }
}

void SimulatedOs::on_event(const ScheduledEvent& event) {
  AsyncOperation* operation = timers_[event.subject];
  free_timers_.push_back(event.subject);
  timers_[event.subject] = nullptr;
  if (operation == nullptr) return;  // cancelled in the meantime
  --pending_;
  if (operation->opcode == Opcode::timer) return complete(*operation, 0, 0);
  const auto index = static_cast<std::uint32_t>(operation->backend_state[1]);
  sockets_[index].connected = event.amount != 0;
  complete(*operation, event.amount != 0 ? 0 : -ECONNREFUSED, event.cause);
  release(index, event.cause);
}

/// The cancel's own completion comes before the target's, as Linux does it.
void SimulatedOs::carry_out_cancel(AsyncOperation& operation, FactIndex started) {
  AsyncOperation* target = operation.target;
  const auto place =
      target == nullptr ? Place::nowhere : static_cast<Place>(target->backend_state[0]);
  if (place == Place::nowhere) return complete(operation, -ENOENT, started);
  const auto index = static_cast<std::uint32_t>(target->backend_state[1]);
  complete(operation, 0, started);
  --pending_;
  if (place == Place::timer) {
    timers_[target->backend_state[2]] = nullptr;  // its number is free when its time comes
  } else {
    OperationList& list =
        place == Place::receives ? sockets_[index].receives : sockets_[index].sends;
    list.remove(*target);
  }
  complete(*target, -ECANCELED, started);
  if (target->opcode != Opcode::timer) release(index, started);
}

bool SimulatedOs::try_accept(AsyncOperation& operation, std::uint32_t index, FactIndex cause) {
  const std::uint16_t port = sockets_[index].port;
  if (!network_.acceptable(port)) return false;
  if (descriptors_.full()) {
    complete(operation, -EMFILE, cause);  // the connection stays where it is
    return true;
  }
  const EndId end = network_.accept(port);
  const std::uint32_t socket = add_socket(HandleKind::stream, network_.label(end));
  sockets_[socket].end = end;
  sockets_[socket].connected = true;
  network_.adopt(end, this, socket);
  const Handle handle = add_handle(socket, end / 2 + 1, 0, cause);
  complete(operation, to_number(handle), cause);
  return true;
}

bool SimulatedOs::try_receive(AsyncOperation& operation, std::uint32_t index, FactIndex cause) {
  Socket& socket = sockets_[index];
  if (network_.was_reset(socket.end)) {
    complete(operation, -ECONNRESET, cause);
    return true;
  }
  const std::uint32_t possible = std::min(network_.available(socket.end), operation.length);
  if (possible > 0) {
    const std::uint32_t count = transfer_size(possible, socket, socket.end);
    network_.take(socket.end, {operation.data, count});
    const FactIndex moved = record(FactKind::bytes_moved, operation, count, cause,
                                   static_cast<std::uint8_t>(FactRole::processor));
    complete(operation, static_cast<std::int32_t>(count), moved);
    return true;
  }
  if (network_.at_end(socket.end) || socket.receive_closed || operation.length == 0) {
    complete(operation, 0, cause);
    return true;
  }
  return false;
}

bool SimulatedOs::try_send(AsyncOperation& operation, std::uint32_t index, FactIndex cause) {
  Socket& socket = sockets_[index];
  if (network_.was_reset(socket.end) || network_.send_closed(socket.end)) {
    complete(operation, -EPIPE, cause);
    return true;
  }
  if (operation.length == 0) {
    complete(operation, 0, cause);
    return true;
  }
  const std::uint32_t possible = std::min(network_.space(socket.end), operation.length);
  if (possible == 0) return false;
  const std::uint32_t count = transfer_size(possible, socket, socket.end);
  const FactIndex moved = record(FactKind::bytes_moved, operation, count, cause,
                                 static_cast<std::uint8_t>(FactRole::processor));
  network_.send(socket.end, {operation.data, count}, moved);
  complete(operation, static_cast<std::int32_t>(count), moved);
  return true;
}

/// All, half or one byte: the system's choice, where the scenario allows it.
std::uint32_t SimulatedOs::transfer_size(std::uint32_t possible, Socket& socket,
                                         std::uint32_t entity) {
  if (!config_.short_transfers || possible == 1) return possible;
  const std::uint32_t options = possible == 2 ? 2 : 3;
  const std::uint32_t answer = schedule_.choices().pick(
      options, {QuestionKind::bytes_transferred, entity, socket.short_questions++});
  if (recorder_ != nullptr) {
    recorder_->record({.value = answer | std::uint64_t{options} << 32,
                       .extra = fact_text(name_of(QuestionKind::bytes_transferred).data()),
                       .kind = FactKind::choice_made});
  }
  if (answer == 0) return possible;
  return answer == 1 ? possible / 2 : 1;
}

// --- What the network tells ------------------------------------------------------------------

void SimulatedOs::readable(EndId end, FactIndex cause) {
  const std::uint32_t index = network_.tag(end);
  while (!sockets_[index].receives.empty()) {
    Socket& socket = sockets_[index];
    const bool something = network_.available(end) > 0 || network_.at_end(end) ||
                           network_.was_reset(end) || socket.receive_closed;
    if (!something) return;
    const std::uint32_t waiting = socket.receives.size();
    std::uint32_t chosen = 0;
    if (waiting > 1) {  // not first come, first served: kernel-dependent
      chosen = schedule_.choices().pick(
          waiting, {QuestionKind::which_receiver, end, socket.receiver_questions++});
    }
    AsyncOperation* operation = socket.receives.pop_at(chosen);
    --pending_;
    try_receive(*operation, index, cause);
    release(index, cause);
  }
}

void SimulatedOs::writable(EndId end, FactIndex cause) {
  const std::uint32_t index = network_.tag(end);
  while (!sockets_[index].sends.empty() && network_.space(end) > 0) {
    AsyncOperation* operation = sockets_[index].sends.pop();
    --pending_;
    try_send(*operation, index, cause);
    release(index, cause);
  }
}

void SimulatedOs::acceptable(std::uint16_t port, FactIndex cause) {
  for (std::uint32_t index = 0; index < sockets_.size(); ++index) {
    if (sockets_[index].kind != HandleKind::listener || sockets_[index].port != port) continue;
    while (!sockets_[index].receives.empty() && network_.acceptable(port)) {
      AsyncOperation* operation = sockets_[index].receives.pop();
      --pending_;
      try_accept(*operation, index, cause);
      release(index, cause);
    }
    return;
  }
}

// --- Bookkeeping -----------------------------------------------------------------------------

void SimulatedOs::pend(AsyncOperation& operation, Place place, std::uint32_t index) {
  operation.backend_state[0] = static_cast<std::uint64_t>(place);
  operation.backend_state[1] = index;
  ++sockets_[index].references;
  ++pending_;
  if (place == Place::receives) sockets_[index].receives.push(operation);
  if (place == Place::sends) sockets_[index].sends.push(operation);
}

void SimulatedOs::complete(AsyncOperation& operation, std::int32_t result, FactIndex cause) {
  operation.backend_state[0] = static_cast<std::uint64_t>(Place::nowhere);
  record(FactKind::operation_completed, operation, result, cause);
  record(FactKind::completion_queued, operation, 0, 0);
  posted_.push_back({&operation, result, 0});
}

FactIndex SimulatedOs::record(FactKind kind, const AsyncOperation& operation, std::int64_t value,
                              FactIndex cause, std::uint8_t detail) {
  if (recorder_ == nullptr) return 0;
  return recorder_->record({.value = static_cast<std::uint64_t>(value),
                            .operation = to_number(operation.id),
                            .cause = cause,
                            .kind = kind,
                            .detail = detail});
}

void SimulatedOs::release_all() {
  submissions_ = {};
  submission_count_ = 0;
  posted_.clear();
  for (std::uint32_t index = 0; index < sockets_.size(); ++index) {
    Socket& socket = sockets_[index];
    while (socket.receives.pop() != nullptr) release(index, 0);
    while (sockets_[index].sends.pop() != nullptr) release(index, 0);
  }
  for (AsyncOperation*& timer : timers_) {
    if (timer != nullptr && timer->opcode == Opcode::connect) {
      release(static_cast<std::uint32_t>(timer->backend_state[1]), 0);
    }
    timer = nullptr;
  }
  pending_ = 0;
}

}  // namespace proactor_lab
