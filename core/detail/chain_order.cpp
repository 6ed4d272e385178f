#include "core/detail/chain_order.hpp"

namespace proactor_lab {

/// After a drain, the first chain that does not drain ends it, if nothing is in flight.
void ChainOrder::defer(AsyncOperation& head, bool drains) {
  head.backend_state[0] = chained_place;
  head.backend_state[2] = drains;
  deferred_.push(head);
  release();
  ended_drain_ = !drains && deferred_.empty();
  if (ended_drain_) drain_active_ = false;
}

/// A chain that drains starts when nothing before it is in flight; so does the first one after it.
const AsyncOperation* ChainOrder::release() {
  const AsyncOperation* last = nullptr;
  for (bool first = true; AsyncOperation* head = deferred_.first(); first = false) {
    const bool drains = head->backend_state[2] != 0;
    if ((drains || first) && under_way_ > 0) return nullptr;
    head->backend_state[2] = 0;
    under_way_ += length_of_chain(*head);
    deferred_.pop();
    released_.push(*head);
    if (drains) return nullptr;  // the next chain waits for it
    last = head;
  }
  return last;
}

}  // namespace proactor_lab
