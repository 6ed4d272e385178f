// Which chain a system that carries them out itself may begin next: one after the other, and what
// drains (IOSQE_IO_DRAIN, io_uring_enter(2)) only when all before it is over. A single operation is
// a chain of one.
#pragma once

#include <cstddef>

#include "core/async_operation.hpp"
#include "core/detail/chain.hpp"
#include "core/detail/flag_mix.hpp"
#include "core/detail/operation_list.hpp"

namespace proactor_lab {

/// Uses `backend_state` of operations that have not begun: `[0]` becomes `chained_place`, `[1]` is
/// set if `FlagMix` refuses it, `[2]` says whether a chain that waits its turn drains, `[3]` what
/// is linked.
class ChainOrder {
 public:
  /// What `backend_state[0]` says of an operation that is linked to one before it, or waits its
  /// turn.
  static constexpr std::uint64_t chained_place = 1;

  /// Takes the next chain out of `submissions`, which is not empty. Its head, to begin now; null if
  /// it has to wait for what is before it. A chain that is refused does not wait.
  AsyncOperation* take(OperationList& submissions) {
    AsyncOperation& head = *submissions.pop();
    head.backend_state = {};
    bool drains = drains_by_itself(head) || next_drains_;
    next_drains_ = false;
    std::size_t length = 1;
    for (AsyncOperation* last = &head; last->link != Link::none && !submissions.empty(); ++length) {
      AsyncOperation* next = submissions.pop();
      next->backend_state = {chained_place};
      // Asked for in a chain, it holds for the whole of it and for what comes next.
      next_drains_ |= drains_by_itself(*next);
      link_to(*last, *next);
      last = next;
    }
    drains |= next_drains_;
    drain_active_ |= drains;
    if (drain_active_ && !is_chain_refused(head)) {
      defer(head, drains);
      return nullptr;
    }
    under_way_ += length;
    return &head;
  }

  /// An operation that was taken is over.
  void count_end() { --under_way_; }

  /// Nobody waits for a turn.
  bool empty() const { return deferred_.empty() && released_.empty(); }

  /// Gives those their turn for whom all before is over. They begin when the submission is done.
  /// The last of them, where nobody waits any more and it need not have drained; else null.
  const AsyncOperation* release();
  /// Whoever comes next begins at once, though what was released is not over: as where the last of
  /// those was looked at when all before it was over already.
  void end_drain() { drain_active_ = false; }
  bool has_drained() const { return flags_used_.drains(); }
  /// The chain taken last ended a drain as it was put behind it: nothing was under way any more.
  bool ended_drain() const { return ended_drain_; }
  /// It did not: what had drained was not quite over.
  void keep_drain() { drain_active_ = true; }
  /// The next head whose turn has come; null where there is none.
  AsyncOperation* next_released() { return released_.pop(); }

  /// Forgets all of them, and what was asked of those to come.
  void clear() { *this = {}; }

 private:
  void defer(AsyncOperation& head, bool drains);
  bool drains_by_itself(AsyncOperation& operation) {
    if (operation.flags == OperationFlags::none) return false;
    const bool refused = flags_used_.refuses(operation) || operation.opcode == Opcode::none;
    if (operation.opcode != Opcode::none) operation.backend_state[1] = refused;
    return !refused && has(operation.flags, OperationFlags::drain);
  }

  FlagMix flags_used_;
  std::size_t under_way_ = 0;  // taken or released, and not over
  OperationList deferred_;
  OperationList released_;
  bool next_drains_ = false;
  bool drain_active_ = false;
  bool ended_drain_ = false;
};

}  // namespace proactor_lab
