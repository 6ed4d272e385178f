#include "traces/model/operation_life.hpp"

namespace proactor_lab {

std::uint32_t OperationLife::follow(const Event& event) {
  std::uint32_t completion = no_completion;
  OperationState reached = OperationState::none;  // set by the last completion only
  switch (event.kind) {
    case EventKind::operation_initiated:
      reach(OperationState::initiated);
      return no_completion;
    case EventKind::operation_submitted:
      reach(OperationState::submitted);
      return no_completion;
    case EventKind::operation_started:
      reach(OperationState::in_flight);
      return no_completion;
    case EventKind::operation_abandoned:
      reach(OperationState::abandoned);
      return no_completion;
    case EventKind::operation_completed:
      completion = completed_++;
      if (!event.more) end_with(completion);
      reach(OperationState::in_flight);
      reached = OperationState::completed;
      break;
    case EventKind::completion_queued:
      completion = queued_++;
      if (completion >= completed_ && !event.more) end_with(completion);
      reached = OperationState::queued;
      break;
    case EventKind::completion_dequeued:
      completion = dequeued_++;
      if (!event.more) end_with(completion);
      reached = OperationState::queued;
      break;
    case EventKind::handler_entered:
      completion = entered_++;
      if (completion >= completed_ && completion >= dequeued_) end_with(completion);
      reached = OperationState::handling;
      break;
    case EventKind::handler_exited:
      completion = exited_++;
      reached = OperationState::done;
      break;
    default:
      return no_completion;
  }
  if (is_last(completion)) reach(reached);
  return completion;
}

}  // namespace proactor_lab
