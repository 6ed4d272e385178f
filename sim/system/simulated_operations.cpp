// How SimulatedOs carries out each operation. Transfers, pipes and cancels are in separate files.
#include <algorithm>
#include <cerrno>
#include <string>

#include "core/detail/chain.hpp"
#include "sim/system/not_modelled.hpp"
#include "sim/system/simulated_os.hpp"

namespace proactor_lab {

/// Fast path: receives and sends on streams, the most frequent operations.
void SimulatedOs::carry_out(AsyncOperation& operation, FactIndex started) {
  if (operation.opcode == Opcode::receive || operation.opcode == Opcode::send) {
    const std::uint32_t index = socket_of(operation.handle);
    if (index != no_socket && sockets_[index].kind == HandleKind::stream) {
      return carry_out_on_stream(operation, index, started);
    }
  }
  carry_out_in_general(operation, started);
}

void SimulatedOs::carry_out_on_stream(AsyncOperation& operation, std::uint32_t index,
                                      FactIndex started) {
  const bool receives = operation.opcode == Opcode::receive;
  if (sockets_[index].connecting) not_modelled("a transfer on a stream that is being connected");
  if (attempt_on_stream(operation, index, started) == Progress::waits) {
    pend(operation, receives ? Place::receives : Place::sends, index);
  }
}

void SimulatedOs::carry_out_in_general(AsyncOperation& operation, FactIndex started) {
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
    case Opcode::cancel:
    case Opcode::cancel_handle:
    case Opcode::cancel_all:
      return carry_out_cancel(operation, started);
    case Opcode::close: {
      // Its completion comes before the consequences of the close.
      const std::uint32_t index = socket_of(operation.handle);
      const std::int32_t result = forget_handle(operation.handle, started);
      complete(operation, result, started);
      if (result == 0) release_closed(index, started);
      return;
    }
    case Opcode::open:
      if (operation.path == nullptr) return complete(operation, -EFAULT, started);
      return wait_for_disk(operation, no_file, started);
    default:
      break;
  }
  if (is_free() && is_for_workers(operation)) {
    if (is_put_off(operation)) return set_timer(operation, schedule_.now(), started);
    return carry_out_by_quick_worker(operation, started);
  }
  const std::uint32_t index = socket_of(operation.handle);
  if (index == no_socket) return complete(operation, -EBADF, started);
  carry_out_on(index, operation, started);
}

void SimulatedOs::carry_out_on(std::uint32_t index, AsyncOperation& operation, FactIndex started) {
  const Socket& socket = sockets_[index];
  const bool file = socket.kind == HandleKind::file;
  Place place = Place::receives;
  // The kernel allocates a descriptor before it checks the handle: accept4(2) and io_uring alike.
  if (operation.opcode == Opcode::accept && descriptors_gone()) {
    return complete(operation, -EMFILE, started);
  }
  if (socket.kind == HandleKind::pipe) return carry_out_on_pipe(operation, index, started);
  switch (operation.opcode) {
    case Opcode::read:
    case Opcode::write:
    case Opcode::fsync:
      if (!file) return carry_out_file_verb_on_socket(operation, index, started);
      return wait_for_disk(operation, socket.file, started);
    case Opcode::connect:
      if (file) return complete(operation, -ENOTSOCK, started);
      if (socket.kind == HandleKind::datagram) not_modelled("connecting a datagram socket");
      if (socket.shut_down_early && socket.kind == HandleKind::stream) {
        not_modelled("connecting a stream that was shut down");
      }
      if (socket.connecting) return connect_again(operation, index, started);
      if (socket.connected || (socket.kind == HandleKind::listener && !socket.receive_closed))
        return complete(operation, -EISCONN, started);
      // A listener that was shut down is still bound to its port, but nothing listens there.
      if (socket.kind == HandleKind::listener) {
        sockets_[index].shut_down_early = true;
        return tell_late(operation, -ECONNREFUSED, started);
      }
      return carry_out_connect(operation, index, started);
    case Opcode::shutdown:
      return carry_out_shutdown(operation, index, started);
    case Opcode::poll:
      place = Place::polls;
      break;
    case Opcode::accept:
    case Opcode::receive:
    case Opcode::receive_from:
      break;
    case Opcode::send:
    case Opcode::send_to:
      place = Place::sends;
      break;
    default:
      return complete(operation, -EINVAL, started);
  }
  if (file) return complete(operation, operation.opcode == Opcode::poll ? 0 : -ENOTSOCK, started);
  if (socket.connecting) not_modelled("a transfer on a stream that is being connected");
  if (attempt(operation, index, started) == Progress::waits) {
    pend(operation, place, index);
  }
}

/// As on io_uring: on a stream, `read` and `write` act as `receive` and `send`, without an offset.
void SimulatedOs::carry_out_file_verb_on_socket(AsyncOperation& operation, std::uint32_t index,
                                                FactIndex started) {
  if (operation.opcode == Opcode::fsync) return complete(operation, -EINVAL, started);
  if (operation.offset != 0) return complete(operation, -ESPIPE, started);
  if (sockets_[index].connecting) not_modelled("a transfer on a stream that is being connected");
  const bool reads = operation.opcode == Opcode::read;
  // With a provided buffer, length 0 means the whole buffer.
  const bool nothing = operation.length == 0 && operation.buffers == nullptr;
  if (reads && nothing) return complete(operation, 0, started);
  if (attempt(operation, index, started) == Progress::waits) {
    pend(operation, reads ? Place::receives : Place::sends, index);
  }
}

void SimulatedOs::carry_out_connect(AsyncOperation& operation, std::uint32_t index,
                                    FactIndex started) {
  Socket& socket = sockets_[index];
  if (socket.end != no_end) socket.receive_closed = false;  // an earlier connect was refused
  socket.end = network_.open(this, index, socket.label);
  const bool heard = network_.connect(socket.end, operation.endpoint.port, started);
  socket.connected = heard;
  socket.connecting = true;
  ++socket.references;
  operation.backend_state[1] = index;
  set_timer(operation,
            schedule_.now() + network_.latency_from(socket.end) + network_.latency_from(socket.end),
            started);
}

void SimulatedOs::carry_out_shutdown(AsyncOperation& operation, std::uint32_t index,
                                     FactIndex started) {
  Socket& socket = sockets_[index];
  if (socket.kind == HandleKind::file || socket.kind == HandleKind::pipe) {
    return finish(operation, -ENOTSOCK, started);
  }
  if (socket.connecting) not_modelled("the shutdown of a stream that is being connected");

  const bool listener = socket.kind == HandleKind::listener;
  const bool connected = listener ? !socket.receive_closed : is_connected(socket);
  const bool sends = operation.side != ShutdownSide::receive;
  const bool receives = operation.side != ShutdownSide::send;
  if (connected && listener && receives) {
    network_.stop_listening(socket.port);  // resets connections that wait to be accepted
    socket.port = 0;
  }
  if (connected && !listener && sends) network_.shutdown_send(socket.end, started);
  if (connected && !listener && receives) network_.shutdown_receive(socket.end);
  socket.disturbed = true;
  finish(operation, connected ? 0 : -ENOTCONN, started);
  // A stream that was never connected receives nothing either: it is at its end.
  sockets_[index].receive_closed |= receives;
  const bool datagram = sockets_[index].kind == HandleKind::datagram;
  sockets_[index].send_closed |= datagram && sends;
  // After a shutdown, a listener is a stream without a connection.
  const bool is_early = listener ? receives : sockets_[index].kind == HandleKind::stream;
  sockets_[index].shut_down_early |= !connected && is_early;
  // Linux reports ENOTCONN for a datagram socket, but shuts it down.
  if (connected || datagram) rouse(index, polling | receiving | sending, started);
}

/// `operation` continues at `when`: see `on_event`.
void SimulatedOs::set_timer(AsyncOperation& operation, Instant when, FactIndex cause) {
  operation.backend_state[0] = static_cast<std::uint64_t>(Place::timer);
  ++pending_;
  take_number(operation, when, cause);
}

/// Assigns the number by which `on_event` finds the operation; a cancel makes it invalid.
void SimulatedOs::take_number(AsyncOperation& operation, Instant when, FactIndex cause) {
  if (free_timers_.empty()) {
    free_timers_.push_back(static_cast<std::uint32_t>(timers_.size()));
    timers_.push_back({});
  }
  const std::uint32_t number = free_timers_.back();
  free_timers_.pop_back();
  timers_[number] = {&operation, when};
  operation.backend_state[2] = number;
  // Linux keeps the order in which timers were armed if the loop stays on one processor; with full
  // freedom it may move.
  const bool timer = operation.opcode == Opcode::timer || operation.opcode == Opcode::link_timeout;
  const std::uint32_t type = timer && !is_free() ? timer_expires | in_order : timer_expires;
  schedule_.at(when, {this, 0, number, cause, type});
}

void SimulatedOs::on_event(const ScheduledEvent& event) {
  if (event.type == closes) return release(event.subject, event.cause);
  if (event.type == lets_go) return let_go_of_any(event.subject, event.cause);
  if (event.type == rouses) return serve_next_roused(event);
  AsyncOperation* operation = timers_[event.subject].operation;
  free_timers_.push_back(event.subject);
  timers_[event.subject].operation = nullptr;
  if (operation == nullptr) return;  // it was cancelled
  if (goes_on_late(*operation, event.cause)) return;
  --pending_;
  switch (operation->opcode) {
    case Opcode::timer:
      return tell_late(*operation, 0, event.cause);
    case Opcode::link_timeout:
      return expire(*operation, event.cause);
    case Opcode::connect: {
      const auto index = static_cast<std::uint32_t>(operation->backend_state[1]);
      Socket& socket = sockets_[index];
      // The listener may have closed while the connection was in transit or waited to be accepted.
      std::int32_t error = socket.connected ? network_.take_error(socket.end) : ECONNREFUSED;
      if (network_.refused(socket.end)) error = ECONNREFUSED;
      // A second connect may have reported a connection that is reset by now.
      const bool was_told = socket.connected && !socket.connecting;
      socket.connected = error == 0 || was_told;
      socket.receive_closed |= error != 0;  // receives there report the end of the stream
      return settle(*operation, -error, event.cause);
    }
    default:
      if (is_free() && is_for_workers(*operation)) {
        return carry_out_by_worker(*operation, event.cause);
      }
      return carry_out_file(*operation, event.cause);
  }
}

void SimulatedOs::wait_for_disk(AsyncOperation& operation, FileId file, FactIndex started) {
  const Question question{QuestionKind::disk_delay, file == no_file ? 0 : file + 1u,
                          file_questions(file)++};
  const Duration latency = config_.disk_latency.draw(schedule_.choices(), question);
  if (file != no_file) {
    const std::uint32_t index = socket_of(operation.handle);
    ++sockets_[index].references;
    operation.backend_state[1] = index;
  }
  // A worker may finish before the batch: see carry_out_by_quick_worker.
  const bool is_quick = is_free() && submitting_ && latency == Duration::zero() &&
                        choose(2, QuestionKind::completion_order, operation) == 1;
  if (is_quick) return carry_out_by_quick_worker(operation, started);
  set_timer(operation, schedule_.now() + latency, started);
}

std::uint32_t& SimulatedOs::file_questions(FileId file) {
  const std::size_t index = file == no_file ? 0 : std::size_t{file} + 1;
  if (index >= file_questions_.size()) file_questions_.resize(index + 1);
  return file_questions_[index];
}

/// A file's label in traces: the last component of its path.
const char* SimulatedOs::file_label(FileId file, std::string_view path) {
  if (recorder_ == nullptr) return nullptr;
  if (file >= file_labels_.size()) file_labels_.resize(file + std::size_t{1});
  if (file_labels_[file] == nullptr) {
    file_labels_[file] = recorder_->keep(path.substr(path.find_last_of('/') + 1));
  }
  return file_labels_[file];
}

void SimulatedOs::carry_out_open(AsyncOperation& operation, FactIndex cause) {
  const std::string_view path = operation.path;
  if (descriptors_gone()) return finish(operation, -EMFILE, cause);  // no file is created
  if (path.empty()) return finish(operation, -ENOENT, cause);
  const FileId file = files_.open(path, has(operation.open_flags, OpenMode::create),
                                  has(operation.open_flags, OpenMode::truncate));
  if (file == no_file) return finish(operation, -ENOENT, cause);
  const std::uint32_t socket = add_socket(HandleKind::file, nullptr);
  sockets_[socket].file = file;
  sockets_[socket].open_flags = operation.open_flags;
  sockets_[socket].label = file_label(file, path);
  finish(operation, to_number(add_handle(socket, 0, 0, cause)), cause);
}

/// The disk has answered. The file is the one that the handle referred to when the operation began.
void SimulatedOs::carry_out_file(AsyncOperation& operation, FactIndex cause) {
  if (operation.opcode == Opcode::open) return carry_out_open(operation, cause);
  const auto index = static_cast<std::uint32_t>(operation.backend_state[1]);
  carry_out_on_file(operation, index, cause);
  release(index, cause);
}

void SimulatedOs::carry_out_on_file(AsyncOperation& operation, std::uint32_t index,
                                    FactIndex cause) {
  const Socket& socket = sockets_[index];
  if (config_.shortage != nullptr) {
    const std::int32_t error = config_.shortage->error_of(socket.file, files_);
    if (error != 0) return finish(operation, -error, cause);
  }
  if (operation.opcode == Opcode::fsync) return finish(operation, 0, cause);
  const bool reads = operation.opcode == Opcode::read;
  // Without OpenMode::write a file is open for reading, as with open(2).
  const bool may_read =
      has(socket.open_flags, OpenMode::read) || !has(socket.open_flags, OpenMode::write);
  const bool provided = reads && operation.buffers != nullptr;
  if (provided && operation.buffers->empty()) return finish(operation, -ENOBUFS, cause);
  if (reads ? !may_read : !has(socket.open_flags, OpenMode::write)) {
    const std::uint32_t flags = provided ? with_buffer(operation.buffers->take()) : 0;
    return finish(operation, -EBADF, cause, flags);  // the buffer is used up
  }
  const std::uint32_t length = provided ? provided_length(operation) : operation.length;
  // As pwrite(2) does. For io_uring, -1 is the current position, which files do not have here.
  if (operation.offset > std::uint64_t{INT64_MAX} - length) {
    return finish(operation, -EINVAL, cause);
  }
  std::span<std::byte> bytes{operation.data, length};
  std::uint32_t flags = 0;
  if (provided) {
    const std::uint16_t id = operation.buffers->take();
    bytes = operation.buffers->buffer(id).first(length);
    flags = with_buffer(id);
  }
  std::uint32_t count = reads ? files_.available(socket.file, operation.offset, length)
                              : Files::room(operation.offset, length);
  if (!reads && length > 0 && count == 0) return finish(operation, -EFBIG, cause);
  count = transfer_size(count, std::uint64_t{1} << 32 | socket.file, file_questions(socket.file));
  if (count > 0 && bytes.data() == nullptr) return finish(operation, -EFAULT, cause);
  if (reads) {
    files_.read(socket.file, operation.offset, bytes.first(count));
  } else {
    files_.write(socket.file, operation.offset, bytes.first(count));
  }
  if (count > 0) {
    cause = record(FactKind::bytes_moved, operation, count, cause,
                   static_cast<std::uint8_t>(FactRole::processor));
  }
  finish(operation, static_cast<std::int32_t>(count), cause, flags);
}

}  // namespace proactor_lab
