// Decides which chain may begin next, for a system that carries chains out itself. Chains begin in
// order; one that drains (IOSQE_IO_DRAIN, io_uring_enter(2)) begins only when everything before it
// is done. A single operation is a chain of one.
#pragma once

#include <cstddef>

#include "core/async_operation.hpp"
#include "core/detail/chain.hpp"
#include "core/detail/flag_mix.hpp"
#include "core/detail/operation_list.hpp"

namespace proactor_lab {

/// Uses `backend_state` of operations that have not started: `[0]` becomes `chained_place`, `[1]`
/// is set if `FlagMix` refuses the operation, `[2]` says whether a deferred chain drains, `[3]`
/// points to the next operation of the chain.
class ChainOrder {
 public:
  /// Value of `backend_state[0]` of an operation that is linked to one before it, or whose chain is
  /// deferred.
  static constexpr std::uint64_t chained_place = 1;

  /// Takes the next chain out of `submissions`. Returns its head, to be started now, or null if it
  /// must wait for operations before it. A refused chain does not wait. REQUIRES: `submissions` is
  /// not empty.
  AsyncOperation* take(OperationList& submissions) {
    AsyncOperation& head = *submissions.pop();
    head.backend_state = {};
    bool drains = drains_by_itself(head) || next_drains_;
    next_drains_ = false;
    std::size_t length = 1;
    for (AsyncOperation* last = &head; last->link != Link::none && !submissions.empty(); ++length) {
      AsyncOperation* next = submissions.pop();
      next->backend_state = {chained_place};
      // A drain in a chain applies to the whole chain and to the next submission.
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

  /// Call when an operation that was taken or released is done.
  void count_end() { --under_way_; }

  /// True if no chain is waiting.
  bool empty() const { return deferred_.empty() && released_.empty(); }

  /// Releases chains whose predecessors are done. They start when the submission is done. Returns
  /// the head of the last one if no chain waits any more and that one did not drain; else null.
  const AsyncOperation* release();
  /// Ends the drain: the next submission starts at once, although what was released is not done.
  /// That is the kernel's behaviour if everything before the last released chain was done when that
  /// chain was checked.
  void end_drain() { drain_active_ = false; }
  bool has_drained() const { return flags_used_.drains(); }
  /// True if the chain that was taken last ended a drain when it was deferred: nothing was in
  /// flight.
  bool ended_drain() const { return ended_drain_; }
  /// Undoes that: what had drained was not completely done.
  void keep_drain() { drain_active_ = true; }
  /// The next released head; null if there is none.
  AsyncOperation* next_released() { return released_.pop(); }

  /// Forgets all chains and flags.
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
  std::size_t under_way_ = 0;  // taken or released, and not done
  OperationList deferred_;
  OperationList released_;
  bool next_drains_ = false;
  bool drain_active_ = false;
  bool ended_drain_ = false;
};

}  // namespace proactor_lab
