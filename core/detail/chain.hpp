// What a system that carries chains out itself must know of them (io_uring_enter(2),
// IOSQE_IO_LINK): the simulated one, and epoll. Chained operations hang together through
// `backend_state[3]`.
#pragma once

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>

#include "core/async_operation.hpp"
#include "core/values/buffer_group.hpp"
#include "core/values/fact_index.hpp"

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

/// True if the kernel refuses `operation` (EINVAL) before anything of its chain runs. The whole
/// chain goes with it, whatever its links. `before` is what it is linked to, or null.
inline bool is_invalid(const AsyncOperation& operation, const AsyncOperation* before) {
  if (operation.opcode == Opcode::none) return true;
  const bool bounds = operation.opcode == Opcode::link_timeout;
  if (!bounds && operation.opcode != Opcode::timer) return false;
  if (operation.deadline < Instant{}) return true;
  if (!bounds) return false;
  // It bounds the one before (io_uring_prep_link_timeout(3)).
  return before == nullptr || before->opcode == Opcode::link_timeout;
}

/// Why `operation` is refused with its chain: an error number, or 0.
inline std::int32_t refusal_of(const AsyncOperation& operation, const AsyncOperation* before) {
  const auto is_refused = [](const AsyncOperation& each) {  // by ChainOrder, or marked so
    return each.backend_state[1] == 1 || each.backend_state[1] == EOPNOTSUPP;
  };
  if (is_refused(operation)) return EOPNOTSUPP;
  // What is refused for its flags is looked at no further: it is no link timeout.
  const bool behind_refused = before != nullptr && is_refused(*before);
  if (behind_refused && operation.opcode == Opcode::link_timeout) {
    return operation.deadline < Instant{} ? EINVAL : 0;
  }
  return is_invalid(operation, before) ? EINVAL : 0;
}

/// One of the chain is refused.
inline bool is_chain_refused(const AsyncOperation& head) {
  const AsyncOperation* before = nullptr;
  for (const AsyncOperation* each = &head; each != nullptr; each = linked_to(*each)) {
    if (refusal_of(*each, before) != 0) return true;
    before = each;
  }
  return false;
}

/// Marks, in `backend_state[1]`, why those behind the head are refused: 0 for what is only
/// cancelled with the rest. The head's own result.
inline std::int32_t mark_refused(AsyncOperation& head) {
  const AsyncOperation* before = &head;
  while (AsyncOperation* next = linked_to(*before)) {
    next->backend_state[1] = static_cast<std::uint64_t>(refusal_of(*next, before));
    before = next;
  }
  const std::int32_t refusal = refusal_of(head, nullptr);
  return refusal != 0 ? -refusal : -ECANCELED;
}

/// The result of an operation of a broken chain that has not begun.
inline std::int32_t result_behind_break(const AsyncOperation& operation) {
  const auto refusal = static_cast<std::int32_t>(operation.backend_state[1]);
  return refusal != 0 ? -refusal : -ECANCELED;
}

/// How much of a provided buffer a read may fill: all of it, unless it names a length.
inline std::uint32_t provided_length(const AsyncOperation& operation) {
  const std::uint32_t size = operation.buffers->size();
  return operation.length == 0 ? size : std::min(operation.length, size);
}

/// A soft link behind it breaks. A file transfer that falls short does so, a socket's only where it
/// was to wait for all; a timer does by expiring, unless it was asked not to.
inline bool is_failure(const AsyncOperation& operation, std::int32_t result) {
  if (result < 0) {
    // What a worker of the kernel finds out about these two is no failure to it.
    const bool by_worker =
        operation.opcode == Opcode::shutdown || operation.opcode == Opcode::fsync;
    return !by_worker || result == -EBADF || result == -ENOTSOCK || result == -ECANCELED ||
           result == -EOPNOTSUPP;  // refused before
  }
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

/// Its completion is queued: always, unless only failures are to be reported. The kernel counts a
/// link timeout's end as one only if it refused it, and it reports each but the last of many
/// results.
inline bool is_told(const AsyncOperation& operation, std::int32_t result, bool more) {
  if (more || !has(operation.flags, OperationFlags::skip_success)) return true;
  if (operation.opcode == Opcode::link_timeout) return result == -EINVAL || result == -EOPNOTSUPP;
  return is_failure(operation, result);
}

/// An operation whose predecessor in a chain is over.
struct ChainStep {
  AsyncOperation* operation = nullptr;
  bool broken = false;
  FactIndex cause = 0;
  bool silent = false;     // broken by one that skips its success: of the rest nothing is reported
  bool directly = true;    // it stands right behind what ended by itself, not as one of the rest
  bool refused = false;    // it is the head of a refused chain, which breaks whatever its link
  bool by_worker = false;  // a thread of the kernel goes on with it
};

/// Whether the end of `step.operation`, which its step ends with `result`, is reported. What bounds
/// an operation that ended by itself is over with it, and no failure unless it was refused; the
/// rest of a broken chain is reported or not as a whole.
inline bool is_step_told(const ChainStep& step, std::int32_t result) {
  const bool bounds = step.operation->opcode == Opcode::link_timeout;
  const bool refused = result == -EINVAL || result == -EOPNOTSUPP;
  if (!bounds || !step.directly || refused) return !step.silent;
  return !has(step.operation->flags, OperationFlags::skip_success);
}

/// What follows on `operation`, which is over with `result`; if the step's operation is null,
/// nothing is linked to it. `step` is how it came to its end: a chain that broke goes on breaking.
inline ChainStep step_behind(const AsyncOperation& operation, std::int32_t result,
                             const ChainStep& step, FactIndex completed) {
  AsyncOperation* const linked = linked_to(operation);
  // What follows a link timeout waits for its target.
  if (linked == nullptr || operation.opcode == Opcode::link_timeout) return {};
  const bool breaks = step.broken || step.refused ||
                      (operation.link == Link::soft && is_failure(operation, result));
  const bool skips = has(operation.flags, OperationFlags::skip_success);
  return {.operation = linked,
          .broken = breaks,
          .cause = completed,
          .silent = step.broken ? step.silent : breaks && skips,
          .directly = !step.broken};
}

/// What follows on the head of a refused chain, beside what `step_behind` says: a link timeout's
/// end is otherwise its target's affair.
inline ChainStep step_behind_refused(const AsyncOperation& head, FactIndex cause) {
  if (head.opcode != Opcode::link_timeout) return {};
  return {linked_to(head), true, cause, has(head.flags, OperationFlags::skip_success)};
}

}  // namespace proactor_lab
