// Rules of chains (io_uring_enter(2), IOSQE_IO_LINK) for systems that carry chains out themselves:
// the simulated system, and epoll. `backend_state[3]` points to the next operation of the chain.
#pragma once

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>

#include "core/async_operation.hpp"
#include "core/values/buffer_group.hpp"
#include "core/values/fact_index.hpp"

namespace proactor_lab {

/// The operation that starts when `operation` is done; null if there is none.
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

/// True if the kernel refuses `operation` (EINVAL) before any operation of its chain runs. The
/// whole chain is then refused, whatever its links. `before` is the operation it is linked to, or
/// null.
inline bool is_invalid(const AsyncOperation& operation, const AsyncOperation* before) {
  if (operation.opcode == Opcode::none) return true;
  const bool bounds = operation.opcode == Opcode::link_timeout;
  if (!bounds && operation.opcode != Opcode::timer) return false;
  if (operation.deadline < Instant{}) return true;
  if (!bounds) return false;
  // A link timeout needs an operation to limit (io_uring_prep_link_timeout(3)).
  return before == nullptr || before->opcode == Opcode::link_timeout;
}

/// Why `operation` and its chain are refused: an error number, or 0.
inline std::int32_t refusal_of(const AsyncOperation& operation, const AsyncOperation* before) {
  const auto is_refused = [](const AsyncOperation& each) {  // by ChainOrder or `mark_refused`
    return each.backend_state[1] == 1 || each.backend_state[1] == EOPNOTSUPP;
  };
  if (is_refused(operation)) return EOPNOTSUPP;
  // After an operation that was refused for its flags, the kernel does not treat the next one as a
  // link timeout; it checks only the deadline.
  const bool behind_refused = before != nullptr && is_refused(*before);
  if (behind_refused && operation.opcode == Opcode::link_timeout) {
    return operation.deadline < Instant{} ? EINVAL : 0;
  }
  return is_invalid(operation, before) ? EINVAL : 0;
}

/// True if any operation of the chain is refused.
inline bool is_chain_refused(const AsyncOperation& head) {
  const AsyncOperation* before = nullptr;
  for (const AsyncOperation* each = &head; each != nullptr; each = linked_to(*each)) {
    if (refusal_of(*each, before) != 0) return true;
    before = each;
  }
  return false;
}

/// Stores, in `backend_state[1]`, why each operation after the head is refused: 0 if it is only
/// cancelled with the rest. Returns the head's result.
inline std::int32_t mark_refused(AsyncOperation& head) {
  const AsyncOperation* before = &head;
  while (AsyncOperation* next = linked_to(*before)) {
    next->backend_state[1] = static_cast<std::uint64_t>(refusal_of(*next, before));
    before = next;
  }
  const std::int32_t refusal = refusal_of(head, nullptr);
  return refusal != 0 ? -refusal : -ECANCELED;
}

/// The result of an operation of a broken chain that has not started.
inline std::int32_t result_behind_break(const AsyncOperation& operation) {
  const auto refusal = static_cast<std::int32_t>(operation.backend_state[1]);
  return refusal != 0 ? -refusal : -ECANCELED;
}

/// How many bytes of a provided buffer a read may fill: all of it, unless the request has a length.
inline std::uint32_t provided_length(const AsyncOperation& operation) {
  const std::uint32_t size = operation.buffers->size();
  return operation.length == 0 ? size : std::min(operation.length, size);
}

/// True if a soft link after `operation` breaks. A file operation that transfers less than
/// requested breaks it; a receive only with `wait_all`; an expired timer unless `expiry_is_success`
/// is set.
inline bool is_failure(const AsyncOperation& operation, std::int32_t result) {
  if (result < 0) {
    // Errors that a kernel worker thread finds for these two do not count as failures.
    const bool by_worker =
        operation.opcode == Opcode::shutdown || operation.opcode == Opcode::fsync;
    return !by_worker || result == -EBADF || result == -ENOTSOCK || result == -ECANCELED ||
           result == -EOPNOTSUPP;  // refused before it started
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

/// True if the completion is to be queued: always, unless only failures are to be reported. For the
/// kernel, the end of a link timeout is a failure only if it was refused. Of multishot results all
/// but the last are reported.
inline bool is_told(const AsyncOperation& operation, std::int32_t result, bool more) {
  if (more || !has(operation.flags, OperationFlags::skip_success)) return true;
  if (operation.opcode == Opcode::link_timeout) return result == -EINVAL || result == -EOPNOTSUPP;
  return is_failure(operation, result);
}

/// An operation whose predecessor in a chain is done.
struct ChainStep {
  AsyncOperation* operation = nullptr;
  bool broken = false;
  FactIndex cause = 0;
  bool silent = false;     // broken by an operation with skip_success: the rest is not reported
  bool directly = true;    // its predecessor ended by itself, not as part of the broken rest
  bool refused = false;    // head of a refused chain, which breaks whatever its link
  bool by_worker = false;  // a kernel worker thread continues it
};

/// True if the end of `step.operation`, with `result`, is to be reported. A link timeout ends
/// together with the operation that it limits; that is no failure unless the timeout was refused.
/// The rest of a broken chain is reported, or not, as a whole.
inline bool is_step_told(const ChainStep& step, std::int32_t result) {
  const bool bounds = step.operation->opcode == Opcode::link_timeout;
  const bool refused = result == -EINVAL || result == -EOPNOTSUPP;
  if (!bounds || !step.directly || refused) return !step.silent;
  return !has(step.operation->flags, OperationFlags::skip_success);
}

/// What follows `operation`, which ended with `result`; the returned step's operation is null if
/// nothing follows. `step` is the step that ended `operation`: if its chain is broken, the rest
/// breaks too.
inline ChainStep step_behind(const AsyncOperation& operation, std::int32_t result,
                             const ChainStep& step, FactIndex completed) {
  AsyncOperation* const linked = linked_to(operation);
  // The successor of a link timeout waits for the timeout's target.
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

/// What follows the head of a refused chain, in addition to `step_behind`, which skips link
/// timeouts.
inline ChainStep step_behind_refused(const AsyncOperation& head, FactIndex cause) {
  if (head.opcode != Opcode::link_timeout) return {};
  return {linked_to(head), true, cause, has(head.flags, OperationFlags::skip_success)};
}

}  // namespace proactor_lab
