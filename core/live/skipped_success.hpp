// Implements OperationFlags::skip_success on io_uring, with the behaviour of IOSQE_CQE_SKIP_SUCCESS
// but without that flag: if a request ended unreported, the backend could not know when the kernel
// releases its buffer. So every request is reported to the backend, which drops the completions
// that the program did not ask for. Links are kept in the slots: `backend_state[3]` is the
// operation linked to this one, `[2]` holds its id, above the marks below. `next` of a link timeout
// is the operation it limits.
#pragma once

#include <cstdint>

#include "core/async_operation.hpp"
#include "core/detail/chain.hpp"

namespace proactor_lab {

inline constexpr std::uint64_t refused_mark = 1;  // by FlagMix
inline constexpr std::uint64_t broken_mark = 2;   // its chain broke before it started
// The operation that broke the chain has skip_success: nothing more is reported.
inline constexpr std::uint64_t silent_mark = 4;
inline constexpr std::uint64_t invalid_mark = 16;       // refused by the kernel
inline constexpr std::uint64_t refused_chain_mark = 8;  // of the head: part of the chain is refused
inline constexpr int linked_id_shift = 32;

/// True if the operation is neither linked nor has flags; its slot then has no marks.
inline bool is_plain(const AsyncOperation& operation) {
  return operation.link == Link::none && operation.flags == OperationFlags::none;
}

inline bool is_marked(const AsyncOperation& operation, std::uint64_t mark) {
  return !is_plain(operation) && (operation.backend_state[2] & mark) != 0;
}

/// Call before `operation` is submitted; `before` is the operation it is linked to, or null.
inline void begin_marks(AsyncOperation& operation, AsyncOperation* before, std::uint64_t marks) {
  operation.next = nullptr;
  operation.backend_state[2] = marks;
  operation.backend_state[3] = 0;
  if (before == nullptr) return;
  operation.next = before;
  operation.flags = operation.flags | OperationFlags::chained;
  before->backend_state[2] |= std::uint64_t{to_number(operation.id)} << linked_id_shift;
  link_to(*before, operation);
}

/// The operation linked to `operation`, unless it is done. A link timeout may end before its
/// target.
inline AsyncOperation* linked_and_alive(const AsyncOperation& operation) {
  AsyncOperation* const linked = linked_to(operation);
  const auto id = static_cast<std::uint32_t>(operation.backend_state[2] >> linked_id_shift);
  return linked != nullptr && to_number(linked->id) == id ? linked : nullptr;
}

/// `timeout` is done, perhaps before its target. Links the target to the timeout's successor.
inline void pass_link_on(const AsyncOperation& timeout) {
  AsyncOperation* const target = timeout.next;
  if (target == nullptr || linked_to(*target) != &timeout) return;
  target->backend_state[2] &= (std::uint64_t{1} << linked_id_shift) - 1;
  target->backend_state[2] |= timeout.backend_state[2] >> linked_id_shift << linked_id_shift;
  target->backend_state[3] = timeout.backend_state[3];
}

/// Marks the operations that are cancelled because `operation` failed.
inline void mark_broken_chain(const AsyncOperation& operation, bool silent) {
  const AsyncOperation* each = &operation;
  while (AsyncOperation* const linked = linked_and_alive(*each)) {
    const bool bounds_it = each == &operation && linked->opcode == Opcode::link_timeout &&
                           !is_marked(*linked, refused_mark | invalid_mark);
    if (!bounds_it) linked->backend_state[2] |= broken_mark;  // that timeout had started
    if (!bounds_it && silent) linked->backend_state[2] |= silent_mark;
    each = linked;
  }
}

/// `operation` completed with `result`. Returns whether the completion is reported to the program.
inline bool is_reported(AsyncOperation& operation, std::int32_t result, bool more) {
  if (more || is_plain(operation)) return true;
  const bool broken = is_marked(operation, broken_mark);
  if (operation.opcode == Opcode::link_timeout) pass_link_on(operation);
  // A link timeout breaks nothing: its successor waits for its target.
  const bool breaks_link = operation.link == Link::soft && operation.opcode != Opcode::link_timeout;
  const bool breaks =
      is_failure(operation, result) && (breaks_link || is_marked(operation, refused_chain_mark));
  const bool skips = has(operation.flags, OperationFlags::skip_success);
  if (breaks && !broken) mark_broken_chain(operation, skips);
  if (broken) return !is_marked(operation, silent_mark);
  return is_told(operation, result, more);
}

}  // namespace proactor_lab
