#include "traces/model/operation_progress.hpp"

namespace proactor_lab {

void OperationProgress::follow(const Event& event) {
  switch (event.kind) {
    case EventKind::operation_initiated:
      return reach(OperationState::initiated);
    case EventKind::operation_submitted:
      return reach(OperationState::submitted);
    case EventKind::operation_started:
      return reach(OperationState::in_flight);
    case EventKind::operation_completed:
      if (!event.more) return reach(OperationState::completed);
      ++more_to_queue_;
      return reach(OperationState::in_flight);
    case EventKind::completion_queued:
      if (more_to_queue_ == 0) return reach(OperationState::queued);
      --more_to_queue_;
      return;
    case EventKind::completion_dequeued:
      ++to_enter_;
      ++to_exit_;
      if (event.more) return;
      last_dequeued = true;
      return reach(OperationState::queued);
    case EventKind::handler_entered:
      if (to_enter_ > 0) --to_enter_;
      if (to_enter_ == 0 && (last_dequeued || to_exit_ == 0)) reach(OperationState::handling);
      return;
    case EventKind::handler_exited:
      if (to_exit_ > 0) --to_exit_;
      if (to_exit_ == 0 && (last_dequeued || state == OperationState::handling)) {
        reach(OperationState::done);
      }
      return;
    case EventKind::operation_abandoned:
      return reach(OperationState::abandoned);
    default:
      return;
  }
}

}  // namespace proactor_lab
