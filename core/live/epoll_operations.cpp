// How EpollBackend carries out each operation: with one non-blocking system call, first when it is
// submitted, and again each time its descriptor is reported ready.
#include <algorithm>
#include <cerrno>
#include <span>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/detail/chain.hpp"
#include "core/live/epoll_backend.hpp"

namespace proactor_lab {
namespace {

/// Converts the result of a system call to that of a completion.
std::int32_t result_of(ssize_t returned) {
  return returned < 0 ? -errno : static_cast<std::int32_t>(returned);
}

std::int32_t receive_from(const AsyncOperation& operation, int descriptor) {
  sockaddr_in address{};
  socklen_t size = sizeof(address);
  const std::int32_t result =
      result_of(recvfrom(descriptor, operation.data, operation.length, MSG_DONTWAIT,
                         reinterpret_cast<sockaddr*>(&address), &size));
  if (result >= 0 && operation.sender != nullptr) *operation.sender = endpoint_of(address);
  return result;
}

std::int32_t send_to(const AsyncOperation& operation, int descriptor) {
  const sockaddr_in address = address_of(operation.endpoint);
  return result_of(sendto(descriptor, operation.data, operation.length, MSG_DONTWAIT | MSG_NOSIGNAL,
                          reinterpret_cast<const sockaddr*>(&address), sizeof(address)));
}

/// The error of a failed connection attempt; 0 if it has not failed.
std::int32_t failure_of_connect(int descriptor) {
  pollfd failed{descriptor, 0, 0};
  if (poll(&failed, 1, 0) < 0 || (failed.revents & POLLERR) == 0) return 0;
  int error = 0;
  socklen_t size = sizeof(error);
  return getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? -error : 0;
}

/// Called again, connect(2) reports the outcome of the attempt in progress. Failure is checked
/// separately before, as io_uring does it: connect(2) would also clear the end-of-stream state of
/// the socket.
std::int32_t connect_to(const AsyncOperation& operation, int descriptor, bool under_way) {
  if (under_way) {
    if (const std::int32_t failure = failure_of_connect(descriptor); failure != 0) return failure;
  }
  const sockaddr_in address = address_of(operation.endpoint);
  const auto ask = [&] {
    return result_of(
        connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof(address)));
  };
  std::int32_t result = ask();
  if (result == -ECONNABORTED) result = ask();  // this only cleared the previous attempt
  // A refusal by this machine is already known; io_uring finds it when it arms its poll.
  if (result == -EINPROGRESS && !under_way) return connect_to(operation, descriptor, true);
  if (result == -EINPROGRESS || (under_way && result == -EALREADY)) return -EAGAIN;
  // Another operation's connect(2) has already reported the success.
  if (under_way && result == -EISCONN) return 0;
  return result;
}

/// 0, or the error if it is not a socket.
std::int32_t refusal_of_socket(int descriptor) {
  int type = 0;
  socklen_t size = sizeof(type);
  return result_of(getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &size));
}

bool is_socket(int descriptor) { return refusal_of_socket(descriptor) == 0; }

bool is_stream(int descriptor) {
  int type = 0;
  socklen_t size = sizeof(type);
  return getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_STREAM;
}

/// True for a pipe that returns EAGAIN if it would block, as those that the backend opened do.
bool is_patient_pipe(int descriptor) {
  struct stat status {};
  return fstat(descriptor, &status) == 0 && S_ISFIFO(status.st_mode) &&
         (fcntl(descriptor, F_GETFL) & O_NONBLOCK) != 0;
}

std::int32_t receive_into(std::span<std::byte> bytes, const AsyncOperation& operation,
                          int descriptor) {
  std::int32_t result = result_of(recv(descriptor, bytes.data(), bytes.size(), MSG_DONTWAIT));
  if (result == -ENOTSOCK && operation.opcode == Opcode::read)
    result = result_of(read(descriptor, bytes.data(), bytes.size()));
  return result;
}

std::int32_t look_for(Readiness readiness, int descriptor) {
  pollfd wanted{descriptor, static_cast<short>(readiness == Readiness::readable ? POLLIN : POLLOUT),
                0};
  const std::int32_t result = result_of(poll(&wanted, 1, 0));
  if (result <= 0) return result == 0 ? -EAGAIN : result;
  return (wanted.revents & POLLNVAL) != 0 ? -EBADF : 0;
}

}  // namespace

void EpollBackend::carry_out(AsyncOperation& operation, FactIndex started) {
  switch (operation.opcode) {
    case Opcode::no_op:
      complete(operation, 0, started);
      break;
    case Opcode::timer:
      set_timer(operation);
      break;
    case Opcode::cancel:
    case Opcode::cancel_handle:
    case Opcode::cancel_all:
      carry_out_cancel(operation, started);
      break;
    case Opcode::open:
      carry_out_file(operation, started);
      break;
    default:
      // poll(2) ignores negative descriptors.
      if (to_number(operation.handle) < 0 || is_closed(to_number(operation.handle))) {
        complete(operation, -EBADF, started);
      } else {
        carry_out_on(to_number(operation.handle), operation, started);
      }
  }
}

void EpollBackend::carry_out_on(int descriptor, AsyncOperation& operation, FactIndex started) {
  Place place = Place::reads;
  switch (operation.opcode) {
    case Opcode::read:
    case Opcode::write:
      if (carry_out_file(operation, started) == Progress::over) return;
      // A stream: as `receive` or `send`, if the offset is 0.
      if (operation.opcode == Opcode::write) place = Place::writes;
      break;
    case Opcode::fsync:
      carry_out_file(operation, started);
      return;
    case Opcode::shutdown:
      complete(operation, result_of(::shutdown(descriptor, static_cast<int>(operation.side))),
               started);
      if (operation.side != ShutdownSide::send && is_socket(descriptor) && !is_stream(descriptor)) {
        channel_of(descriptor).ended = true;
      }
      return;
    case Opcode::close:
      complete(operation, close_handle(operation.handle, started), started);
      return;
    case Opcode::poll:
      place = Place::polls;
      break;
    case Opcode::connect:
    case Opcode::send:
    case Opcode::send_to:
      place = Place::writes;
      break;
    default:
      break;
  }
  // The oldest operation is served first, so a new one is queued behind it. An operation that never
  // waits is not queued: one that the handle does not support (receive on a listener, socket
  // operations on a pipe), and a read of zero bytes from a pipe.
  const auto index = static_cast<std::size_t>(descriptor);
  // An accept is tried at once, because the kernel allocates a descriptor for it first.
  const bool queues = place != Place::polls && operation.opcode != Opcode::connect &&
                      operation.opcode != Opcode::accept;
  const AsyncOperation* const first =
      queues && index < channels_.size() ? list_of(channels_[index], place).first() : nullptr;
  const bool by_file_verb = operation.opcode == Opcode::read || operation.opcode == Opcode::write;
  const bool reads_nothing = by_file_verb && operation.length == 0 && operation.buffers == nullptr;
  const bool lacks_buffer = operation.buffers != nullptr && operation.buffers->empty();
  const bool others = first != nullptr && !reads_nothing && !lacks_buffer &&
                      first->opcode != Opcode::accept && (by_file_verb || is_socket(descriptor));
  const std::uint32_t before = taken_;
  if (others || attempt(operation, descriptor, started) == Progress::waits) {
    pend(operation, place, descriptor, started);
  }
  if (taken_ != before) wake_polls(descriptor);
}

/// Regular files have no readiness, so the loop waits for the disk itself. Returns `waits` if the
/// handle is a socket or a pipe.
EpollBackend::Progress EpollBackend::carry_out_file(AsyncOperation& operation, FactIndex started) {
  const int descriptor = to_number(operation.handle);
  const auto offset = static_cast<off_t>(operation.offset);
  std::int32_t result = -EINTR;
  if (operation.opcode == Opcode::read && operation.buffers != nullptr &&
      !is_patient_pipe(descriptor) && !is_socket(descriptor)) {
    read_file_provided(operation, started);
    return Progress::over;
  }
  while (result == -EINTR) {
    if (operation.opcode == Opcode::open && operation.path == nullptr) {
      result = -EFAULT;  // as in the kernel; open(3) must not be called with null
    } else if (operation.opcode == Opcode::open) {
      result = result_of(::open(operation.path, open_flags_of(operation.open_flags), 0644));
    } else if (operation.opcode == Opcode::read) {
      result = result_of(pread(descriptor, operation.data, operation.length, offset));
    } else if (operation.opcode == Opcode::write) {
      result = result_of(pwrite(descriptor, operation.data, operation.length, offset));
    } else {
      result = result_of(::fsync(descriptor));
    }
  }
  const bool transfers = operation.opcode == Opcode::read || operation.opcode == Opcode::write;
  if (result == -ESPIPE && transfers && is_patient_pipe(descriptor)) return Progress::waits;
  if (result == -ESPIPE && transfers && operation.offset == 0) {
    // With a provided buffer, length 0 means the whole buffer.
    const bool nothing = operation.length == 0 && operation.buffers == nullptr;
    if (is_socket(descriptor) && (!nothing || operation.opcode == Opcode::write)) {
      return Progress::waits;
    }
    if (operation.length == 0) result = 0;
  }
  FactIndex cause = started;
  if (result >= 0 && operation.opcode == Opcode::open) {
    record_opened(result, HandleKind::file, started);
  } else if (result > 0) {
    cause = record_moved(operation, result, started);
  }
  complete(operation, result, cause);
  return Progress::over;
}

void EpollBackend::read_file_provided(AsyncOperation& operation, FactIndex started) {
  const int descriptor = to_number(operation.handle);
  BufferGroup& group = *operation.buffers;
  if (fcntl(descriptor, F_GETFD) < 0) return void(complete(operation, -EBADF, started));
  if (group.empty()) return void(complete(operation, -ENOBUFS, started));
  const std::uint16_t id = group.take();
  const std::span<std::byte> into = group.buffer(id).first(provided_length(operation));
  const std::int32_t result =
      result_of(pread(descriptor, into.data(), into.size(), static_cast<off_t>(operation.offset)));
  const bool lost = result == -EBADF;  // not open for reading: uses the buffer, as on io_uring
  if (result < 0 && !lost) group.give_back(id);
  const FactIndex cause = result > 0 ? record_moved(operation, result, started) : started;
  complete(operation, result, cause, result < 0 && !lost ? 0 : with_buffer(id));
}

// --- What may have to wait ---------------------------------------------------------------------

EpollBackend::Progress EpollBackend::attempt(AsyncOperation& operation, int descriptor,
                                             FactIndex cause) {
  if (operation.opcode == Opcode::accept) return try_accept(operation, descriptor, cause);
  const bool receives = operation.opcode == Opcode::receive || operation.opcode == Opcode::read;
  if (receives && operation.buffers != nullptr) {
    return try_receive_provided(operation, descriptor, cause);
  }
  if (operation.opcode == Opcode::receive && has(operation.flags, OperationFlags::wait_all)) {
    return try_receive_all(operation, descriptor, cause);
  }
  std::int32_t result = -EINVAL;
  switch (operation.opcode) {
    case Opcode::receive:
    case Opcode::read:
      result = operation.opcode == Opcode::read
                   ? receive_into({operation.data, operation.length}, operation, descriptor)
                   : result_of(recv(descriptor, operation.data, operation.length, MSG_DONTWAIT));
      break;
    case Opcode::send:
    case Opcode::write:
      result = result_of(
          send(descriptor, operation.data, operation.length, MSG_DONTWAIT | MSG_NOSIGNAL));
      if (result == -ENOTSOCK && operation.opcode == Opcode::write) {
        result = result_of(::write(descriptor, operation.data, operation.length));
      }
      break;
    case Opcode::receive_from:
      result = receive_from(operation, descriptor);
      break;
    case Opcode::send_to:
      result = send_to(operation, descriptor);
      break;
    case Opcode::connect:
      result = connect_to(operation, descriptor, place_of(operation) == Place::writes);
      break;
    case Opcode::poll:
      result = look_for(operation.readiness, descriptor);
      if (result == 0) cause = record_readiness(operation, descriptor);
      break;
    default:
      break;
  }
  const bool receives_datagram = receives || operation.opcode == Opcode::receive_from;
  if (result == -EAGAIN && receives_datagram && has_ended(descriptor)) result = 0;
  if (result == -EAGAIN) return Progress::waits;
  if (result > 0 && moves_bytes(operation.opcode)) cause = record_moved(operation, result, cause);
  complete(operation, result, cause);
  return Progress::over;
}

EpollBackend::Progress EpollBackend::try_accept(AsyncOperation& operation, int descriptor,
                                                FactIndex cause) {
  while (true) {
    const std::int32_t result =
        result_of(accept4(descriptor, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (result == -EAGAIN) return Progress::waits;
    if (result >= 0) record_opened(result, HandleKind::stream, cause);
    const bool more = operation.multishot && result >= 0;
    complete(operation, result, cause, more ? completion_more : 0);
    if (!more) return Progress::over;
  }
}

/// Receives until the buffer is full or no more can arrive; of datagrams, only one.
EpollBackend::Progress EpollBackend::try_receive_all(AsyncOperation& operation, int descriptor,
                                                     FactIndex cause) {
  std::uint64_t& had = operation.backend_state[2];
  std::int32_t result = 0;
  do {
    const std::span<std::byte> rest{operation.data + had, operation.length - had};
    result = result_of(recv(descriptor, rest.data(), rest.size(), MSG_DONTWAIT));
    if (result == -EAGAIN && has_ended(descriptor)) break;
    if (result == -EAGAIN) return Progress::waits;
    if (result > 0) cause = record_moved(operation, result, cause);
    if (result > 0) had += static_cast<std::uint64_t>(result);
  } while (result > 0 && had < operation.length && is_stream(descriptor));
  if (result == -EAGAIN) result = 0;
  complete(operation, had > 0 ? static_cast<std::int32_t>(had) : result, cause);
  return Progress::over;
}

/// Takes a buffer only if there is something to put into it, as io_uring does: an operation that
/// waits holds none.
EpollBackend::Progress EpollBackend::try_receive_provided(AsyncOperation& operation, int descriptor,
                                                          FactIndex cause) {
  BufferGroup& group = *operation.buffers;
  const bool reads = operation.opcode == Opcode::read;
  const bool repeats = operation.multishot && !reads;
  // The kernel checks for a buffer first: when the operation starts, whatever has arrived, and each
  // time it is woken, even if other operations took the bytes or there is only an end of stream or
  // an error. For datagrams it does not know whether more have arrived, and checks for the next
  // buffer at once.
  for (bool again = false;; again = true) {
    if (group.empty()) {
      const bool knows = again && is_stream(descriptor);
      if (knows && look_for(Readiness::readable, descriptor) != 0) return Progress::waits;
      const std::int32_t refusal = reads ? 0 : refusal_of_socket(descriptor);
      complete(operation, refusal != 0 ? refusal : -ENOBUFS, cause);
      return Progress::over;
    }
    const std::uint16_t id = group.take();
    const std::span<std::byte> into = group.buffer(id).first(provided_length(operation));
    const std::int32_t result = receive_into(into, operation, descriptor);
    // A datagram socket that was shut down; a multishot receive does not detect that.
    const bool ended = result == -EAGAIN && !repeats && has_ended(descriptor);
    if (ended || (result == 0 && reads)) {  // an empty read uses up a buffer, too
      complete(operation, 0, cause, with_buffer(id));
      return Progress::over;
    }
    if (result <= 0) {
      group.give_back(id);
      if (result == -EAGAIN) return Progress::waits;
      complete(operation, result, cause);
      return Progress::over;
    }
    const std::uint32_t more = repeats ? completion_more : 0;
    complete(operation, result, record_moved(operation, result, cause), with_buffer(id) | more);
    if (!repeats) return Progress::over;
  }
}

// --- Facts -------------------------------------------------------------------------------------

void EpollBackend::record_opened(int descriptor, HandleKind kind, FactIndex cause) {
  handles_.note_open(descriptor);
  ++taken_;
  if (recorder_ == nullptr) return;
  recorder_->record({.cause = cause,
                     .handle = descriptor,
                     .thread = 1,
                     .kind = FactKind::handle_opened,
                     .detail = static_cast<std::uint8_t>(kind)});
}

/// The application moved the bytes: this thread made the system call.
FactIndex EpollBackend::record_moved(const AsyncOperation& operation, std::int32_t bytes,
                                     FactIndex cause) {
  const bool sends = operation.opcode == Opcode::send || operation.opcode == Opcode::write ||
                     operation.opcode == Opcode::send_to;
  if (!sends) ++taken_;
  return record(FactKind::bytes_moved, operation, bytes, cause,
                static_cast<std::uint8_t>(FactRole::application));
}

}  // namespace proactor_lab
