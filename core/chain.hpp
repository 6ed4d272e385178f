// What a system that carries chains out itself must know of them (io_uring_enter(2),
// IOSQE_IO_LINK): the simulated one, and epoll. Chained operations hang together through
// `backend_state[3]`.
#pragma once

#include <algorithm>
#include <cerrno>

#include "core/async_operation.hpp"
#include "core/buffer_group.hpp"

namespace proactor_lab {

/// What starts when `operation` is over; null where nothing does.
inline AsyncOperation* linked_to(const AsyncOperation& operation) {
  return reinterpret_cast<AsyncOperation*>(operation.backend_state[3]);
}
inline void link_to(AsyncOperation& operation, AsyncOperation& next) {
  operation.backend_state[3] = reinterpret_cast<std::uintptr_t>(&next);
}

inline std::size_t length_of_chain(const AsyncOperation& head) {
  std::size_t count = 1;
  for (const AsyncOperation* each = &head; (each = linked_to(*each)) != nullptr;) ++count;
  return count;
}

/// What the kernel refuses (EINVAL) before anything of its chain runs: the whole chain goes with
/// it, whatever its links. `before` is what it is linked to, or null.
inline bool is_refused(const AsyncOperation& operation, const AsyncOperation* before) {
  const bool silent_drain = has(operation.flags, OperationFlags::drain) &&
                            has(operation.flags, OperationFlags::skip_success);
  if (operation.opcode == Opcode::none || silent_drain) return true;
  if (operation.opcode != Opcode::link_timeout) return false;
  // It bounds the one before (io_uring_prep_link_timeout(3)).
  return before == nullptr || before->opcode == Opcode::link_timeout;
}

/// How much of a provided buffer a read may fill: all of it, unless it names a length.
inline std::uint32_t provided_length(const AsyncOperation& operation) {
  const std::uint32_t size = operation.buffers->size();
  return operation.length == 0 ? size : std::min(operation.length, size);
}

/// A soft link behind it breaks. A file transfer that falls short does so, a socket's only where it
/// was to wait for all; a timer does by expiring, unless it was asked not to.
inline bool is_failure(const AsyncOperation& operation, std::int32_t result) {
  // The kernel does not count it as a failure of a shutdown that nobody is there.
  if (result < 0) return operation.opcode != Opcode::shutdown || result != -ENOTCONN;
  const bool waits_for_all = has(operation.flags, OperationFlags::wait_all);
  std::uint32_t wanted = 0;
  switch (operation.opcode) {
    case Opcode::read:
    case Opcode::write:
      wanted = operation.length;
      if (operation.buffers != nullptr) wanted = provided_length(operation);
      break;
    case Opcode::receive:
      wanted = waits_for_all ? operation.length : 0;
      break;
    case Opcode::timer:
      return !has(operation.flags, OperationFlags::expiry_is_success);
    default:
      break;
  }
  return static_cast<std::uint32_t>(result) < wanted;
}

}  // namespace proactor_lab
