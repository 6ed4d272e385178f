// What SimulatedOs does for each operation, transfers aside (simulated_transfers.cpp).
#include <algorithm>
#include <cerrno>
#include <string>

#include "sim/simulated_os.hpp"

namespace proactor_lab {

void SimulatedOs::carry_out(AsyncOperation& operation, FactIndex started) {
  switch (operation.opcode) {
    case Opcode::no_op:
      return complete(operation, 0, started);
    case Opcode::timer: {
      const Instant now = schedule_.now();
      const Instant when = operation.relative
                               ? saturating_add(now, operation.deadline.time_since_epoch())
                               : std::max(operation.deadline, now);
      return set_timer(operation, when, started);
    }
    case Opcode::link_timeout: {
      // Only one that follows an operation can be armed (io_uring_prep_link_timeout(3)).
      complete(operation, -EINVAL, started);
      auto* linked = reinterpret_cast<AsyncOperation*>(operation.backend_state[3]);
      if (linked != nullptr)
        chain_steps_.push_back({linked, operation.link == Link::soft, started});
      return;
    }
    case Opcode::cancel:
    case Opcode::cancel_handle:
    case Opcode::cancel_all:
      return carry_out_cancel(operation, started);
    case Opcode::close:
      return complete(operation, close_handle(operation.handle, started), started);
    case Opcode::open:
      if (operation.path == nullptr) return complete(operation, -EFAULT, started);
      return set_timer(operation, schedule_.now() + config_.disk_latency, started);
    default:
      break;
  }
  const std::uint32_t index = socket_of(operation.handle);
  if (index == no_socket) return complete(operation, -EBADF, started);
  carry_out_on(index, operation, started);
}

void SimulatedOs::carry_out_on(std::uint32_t index, AsyncOperation& operation, FactIndex started) {
  const Socket& socket = sockets_[index];
  const bool file = socket.kind == HandleKind::file;
  Place place = Place::receives;
  bool waits_its_turn = false;
  switch (operation.opcode) {
    case Opcode::read:
    case Opcode::write:
    case Opcode::fsync:
      if (!file) return complete(operation, -ESPIPE, started);
      return set_timer(operation, schedule_.now() + config_.disk_latency, started);
    case Opcode::connect:
      if (socket.kind != HandleKind::stream) return complete(operation, -EINVAL, started);
      if (socket.connected) return complete(operation, -EISCONN, started);
      return carry_out_connect(operation, index, started);
    case Opcode::shutdown:
      return carry_out_shutdown(operation, index, started);
    case Opcode::poll:
      place = Place::polls;
      break;
    case Opcode::accept:
    case Opcode::receive:
    case Opcode::receive_from:
      waits_its_turn = !socket.receives.empty();
      break;
    case Opcode::send:
    case Opcode::send_to:
      place = Place::sends;
      waits_its_turn = !socket.sends.empty();
      break;
    default:
      return complete(operation, -EINVAL, started);
  }
  if (file) return complete(operation, operation.opcode == Opcode::poll ? 0 : -ENOTSOCK, started);
  if (waits_its_turn || attempt(operation, index, started) == Progress::waits) {
    pend(operation, place, index);
  }
}

void SimulatedOs::carry_out_connect(AsyncOperation& operation, std::uint32_t index,
                                    FactIndex started) {
  Socket& socket = sockets_[index];
  socket.end = network_.open(this, index, socket.label);
  const bool heard = network_.connect(socket.end, operation.endpoint.port, started);
  socket.connected = heard;
  ++socket.references;
  operation.backend_state[1] = index;
  set_timer(operation,
            schedule_.now() + network_.latency_from(socket.end) + network_.latency_from(socket.end),
            started);
}

void SimulatedOs::carry_out_shutdown(AsyncOperation& operation, std::uint32_t index,
                                     FactIndex started) {
  Socket& socket = sockets_[index];
  const bool listener = socket.kind == HandleKind::listener;
  if (!listener && !socket.connected) return complete(operation, -ENOTCONN, started);
  if (!listener && operation.side != ShutdownSide::receive) {
    network_.shutdown_send(socket.end, started);
  }
  complete(operation, 0, started);
  if (operation.side == ShutdownSide::send) return;
  socket.receive_closed = true;
  serve(&Socket::receives, index, started);
  serve(&Socket::polls, index, started);
}

/// The cancel's own completion comes before its targets', as Linux does it.
void SimulatedOs::carry_out_cancel(AsyncOperation& operation, FactIndex started) {
  std::vector<AsyncOperation*> targets;
  const auto add_socket_operations = [&](std::uint32_t index) {
    Socket& socket = sockets_[index];
    for (const OperationList* list : {&socket.receives, &socket.sends, &socket.polls}) {
      for (AsyncOperation* each = list->first; each != nullptr; each = each->next) {
        targets.push_back(each);
      }
    }
  };
  if (operation.opcode == Opcode::cancel) {
    AsyncOperation* target = operation.target.slot;
    const Place place = target == nullptr ? Place::nowhere : place_of(*target);
    if (place == Place::nowhere || place == Place::chained) {
      return complete(operation, -ENOENT, started);
    }
    complete(operation, 0, started);
    return cancel_pending(*target, started);
  }
  if (operation.opcode == Opcode::cancel_handle) {
    const std::uint32_t index = socket_of(operation.handle);
    if (index == no_socket) return complete(operation, -EBADF, started);
    add_socket_operations(index);
  } else {
    for (std::uint32_t index = 0; index < sockets_.size(); ++index) add_socket_operations(index);
    for (AsyncOperation* timer : timers_) {
      if (timer != nullptr) targets.push_back(timer);
    }
  }
  complete(operation, static_cast<std::int32_t>(targets.size()), started);
  for (AsyncOperation* target : targets) cancel_pending(*target, started);
}

void SimulatedOs::cancel_pending(AsyncOperation& target, FactIndex cause) {
  const auto index = static_cast<std::uint32_t>(target.backend_state[1]);
  bool holds_socket = true;
  switch (place_of(target)) {
    case Place::timer:
      timers_[target.backend_state[2]] = nullptr;  // its number is free when its time comes
      if (target.opcode == Opcode::link_timeout) {
        // The operation that it bounded goes on; the rest of the chain follows that one.
        auto* bounded = reinterpret_cast<AsyncOperation*>(target.backend_state[1]);
        bounded->backend_state[3] = target.backend_state[3];
      }
      holds_socket = target.opcode == Opcode::connect;
      break;
    case Place::receives:
      sockets_[index].receives.remove(target);
      break;
    case Place::sends:
      sockets_[index].sends.remove(target);
      break;
    case Place::polls:
      sockets_[index].polls.remove(target);
      break;
    case Place::nowhere:
    case Place::chained:
      return;  // over by now: a chain broke
  }
  --pending_;
  complete(target, -ECANCELED, cause);
  if (holds_socket) release(index, cause);
}

/// `operation` goes on at `when`: see `on_event`.
void SimulatedOs::set_timer(AsyncOperation& operation, Instant when, FactIndex cause) {
  if (free_timers_.empty()) {
    free_timers_.push_back(static_cast<std::uint32_t>(timers_.size()));
    timers_.push_back(nullptr);
  }
  const std::uint32_t number = free_timers_.back();
  free_timers_.pop_back();
  timers_[number] = &operation;
  operation.backend_state[0] = static_cast<std::uint64_t>(Place::timer);
  operation.backend_state[2] = number;
  ++pending_;
  schedule_.at(when, {this, 0, number, cause, 0});
}

void SimulatedOs::on_event(const ScheduledEvent& event) {
  AsyncOperation* operation = timers_[event.subject];
  free_timers_.push_back(event.subject);
  timers_[event.subject] = nullptr;
  if (operation == nullptr) return;  // cancelled in the meantime
  --pending_;
  switch (operation->opcode) {
    case Opcode::timer:
      return complete(*operation, 0, event.cause);
    case Opcode::link_timeout: {
      auto* target = reinterpret_cast<AsyncOperation*>(operation->backend_state[1]);
      complete(*operation, -ETIME, event.cause);
      return cancel_pending(*target, event.cause);
    }
    case Opcode::connect: {
      const auto index = static_cast<std::uint32_t>(operation->backend_state[1]);
      complete(*operation, sockets_[index].connected ? 0 : -ECONNREFUSED, event.cause);
      return release(index, event.cause);
    }
    default:
      return carry_out_file(*operation, event.cause);
  }
}

void SimulatedOs::carry_out_file(AsyncOperation& operation, FactIndex cause) {
  if (operation.opcode == Opcode::open) {
    const FileId file = files_.open(operation.path, has(operation.open_flags, OpenMode::create),
                                    has(operation.open_flags, OpenMode::truncate));
    if (file == no_file) return complete(operation, -ENOENT, cause);
    if (descriptors_.full()) return complete(operation, -EMFILE, cause);
    const std::uint32_t socket = add_socket(HandleKind::file, nullptr);
    sockets_[socket].file = file;
    return complete(operation, to_number(add_handle(socket, 0, 0, cause)), cause);
  }
  const std::uint32_t index = socket_of(operation.handle);
  if (index == no_socket) return complete(operation, -EBADF, cause);
  if (operation.opcode == Opcode::fsync) return complete(operation, 0, cause);
  const FileId file = sockets_[index].file;
  std::uint32_t count = operation.length;
  if (operation.opcode == Opcode::read) {
    count = files_.read(file, operation.offset, {operation.data, operation.length});
  } else {
    files_.write(file, operation.offset, {operation.data, operation.length});
  }
  if (count > 0) {
    cause = record(FactKind::bytes_moved, operation, count, cause,
                   static_cast<std::uint8_t>(FactRole::processor));
  }
  complete(operation, static_cast<std::int32_t>(count), cause);
}

}  // namespace proactor_lab
