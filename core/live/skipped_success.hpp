// OperationFlags::skip_success on io_uring, as the kernel carries out IOSQE_CQE_SKIP_SUCCESS, but
// without it: of a request that ends unreported nothing says when the kernel lets go of its buffer.
// So every request is reported to the backend, which drops what the program did not ask for. Links
// are kept in the slots: `backend_state[3]` is the operation linked to this one, `[2]` its id,
// above the marks below. `next` of a link timeout is what it bounds.
#pragma once

#include <cstdint>

#include "core/async_operation.hpp"
#include "core/detail/chain.hpp"

namespace proactor_lab {

inline constexpr std::uint64_t refused_mark = 1;  // by FlagMix
inline constexpr std::uint64_t broken_mark = 2;   // the chain broke before it began
// And what broke it had skipped its success: nothing more is reported.
inline constexpr std::uint64_t silent_mark = 4;
inline constexpr std::uint64_t invalid_mark = 16;       // refused by the kernel
inline constexpr std::uint64_t refused_chain_mark = 8;  // of the head: one of the chain is refused
inline constexpr int linked_id_shift = 32;

/// Neither linked nor with flags: its slot bears no marks.
inline bool is_plain(const AsyncOperation& operation) {
  return operation.link == Link::none && operation.flags == OperationFlags::none;
}

inline bool is_marked(const AsyncOperation& operation, std::uint64_t mark) {
  return !is_plain(operation) && (operation.backend_state[2] & mark) != 0;
}

/// Called before `operation` is submitted; `before` is what it is linked to, or null.
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

/// What is linked to `operation` and not over yet. A link timeout may be over before its target.
inline AsyncOperation* linked_and_alive(const AsyncOperation& operation) {
  AsyncOperation* const linked = linked_to(operation);
  const auto id = static_cast<std::uint32_t>(operation.backend_state[2] >> linked_id_shift);
  return linked != nullptr && to_number(linked->id) == id ? linked : nullptr;
}

/// `timeout` is over, perhaps before its target, which then is linked to what follows the timeout.
inline void pass_link_on(const AsyncOperation& timeout) {
  AsyncOperation* const target = timeout.next;
  if (target == nullptr || linked_to(*target) != &timeout) return;
  target->backend_state[2] &= (std::uint64_t{1} << linked_id_shift) - 1;
  target->backend_state[2] |= timeout.backend_state[2] >> linked_id_shift << linked_id_shift;
  target->backend_state[3] = timeout.backend_state[3];
}

/// Marks what is cancelled because `operation` failed.
inline void mark_broken_chain(const AsyncOperation& operation, bool silent) {
  const AsyncOperation* each = &operation;
  while (AsyncOperation* const linked = linked_and_alive(*each)) {
    const bool bounds_it = each == &operation && linked->opcode == Opcode::link_timeout &&
                           !is_marked(*linked, refused_mark | invalid_mark);
    if (!bounds_it) linked->backend_state[2] |= broken_mark;  // that one had begun
    if (!bounds_it && silent) linked->backend_state[2] |= silent_mark;
    each = linked;
  }
}

/// `operation` completed with `result`: whether the program is to know.
inline bool is_reported(AsyncOperation& operation, std::int32_t result, bool more) {
  if (more || is_plain(operation)) return true;
  const bool broken = is_marked(operation, broken_mark);
  if (operation.opcode == Opcode::link_timeout) pass_link_on(operation);
  // A link timeout breaks nothing: what follows it waits for its target.
  const bool breaks_link = operation.link == Link::soft && operation.opcode != Opcode::link_timeout;
  const bool breaks =
      is_failure(operation, result) && (breaks_link || is_marked(operation, refused_chain_mark));
  const bool skips = has(operation.flags, OperationFlags::skip_success);
  if (breaks && !broken) mark_broken_chain(operation, skips);
  if (broken) return !is_marked(operation, silent_mark);
  return is_told(operation, result, more);
}

}  // namespace proactor_lab
