#include "core/workers/in_flight_limit.hpp"

#include <algorithm>
#include <cerrno>

namespace proactor_lab {
InFlightLimit::InFlightLimit(AsyncOperationProcessor& processor,
                             AsyncEventDemultiplexer& demultiplexer, std::size_t in_flight_max,
                             Recorder* recorder)
    : processor_(processor),
      demultiplexer_(demultiplexer),
      in_flight_max_(std::max<std::size_t>(1, in_flight_max)),
      recorder_(recorder) {}

void InFlightLimit::start(AsyncOperation& operation) {
  // A chain is passed on in one piece, so it may exceed the limit by its length.
  const bool is_full = !held_.empty() || in_flight_ >= in_flight_max_;
  const bool hold = in_chain_ ? chain_is_held_ : is_full && !is_cancel(operation.opcode);
  in_chain_ = operation.link != Link::none;
  chain_is_held_ = in_chain_ && hold;
  if (!hold) return pass_on(operation);
  held_.push(operation);
  ++held_count_;
}

void InFlightLimit::pass_on(AsyncOperation& operation) {
  if (is_cancel(operation.opcode)) cancel_held(operation);
  // An operation with skip_success may end without a completion, so it is not counted.
  if (!has(operation.flags, OperationFlags::skip_success)) ++in_flight_;
  processor_.start(operation);
}

void InFlightLimit::start_held() {
  bool in_chain = false;
  while (!held_.empty() && (in_chain || in_flight_ < in_flight_max_)) {
    AsyncOperation& operation = *held_.pop();
    --held_count_;
    in_chain = operation.link != Link::none;
    pass_on(operation);
  }
}

void InFlightLimit::give_back(BufferGroup& group, std::uint16_t buffer) {
  processor_.give_back(group, buffer);
}

void InFlightLimit::release_all() {
  held_ = {};
  held_count_ = 0;
  cancelled_here_.clear();
  in_chain_ = false;
  processor_.release_all();  // also takes back operations that are not counted
  in_flight_ = 0;
}

bool InFlightLimit::wait(CompletionEventQueue& queue, Instant deadline) {
  if (!cancelled_here_.empty()) {
    for (const Completion& completion : cancelled_here_) queue.push(completion);
    cancelled_here_.clear();
    return true;
  }
  // A chain left open ends here, also if it is held: the next operation must not join it.
  if (in_chain_ && chain_is_held_) held_.last()->link = Link::none;
  in_chain_ = false;
  start_held();
  const std::size_t before = queue.size();
  const bool more = demultiplexer_.wait(queue, deadline);
  for (std::size_t i = before; i < queue.size(); ++i) settle(queue.at(i));
  return more;
}

void InFlightLimit::settle(Completion& completion) {
  const AsyncOperation& operation = *completion.operation;
  const bool counted = !has(operation.flags, OperationFlags::skip_success);
  if (counted && (completion.flags & completion_more) == 0) --in_flight_;
  if (!is_cancel(operation.opcode) || operation.length == 0) return;
  // Operations cancelled here count like those that the system cancelled.
  const auto here = static_cast<std::int32_t>(operation.length);
  completion.result =
      operation.opcode == Opcode::cancel ? 0 : std::max(completion.result, 0) + here;
}

// --- Cancelling what waits here ------------------------------------------------------------------

/// Cancels the held operations that match `cancel`. As in the kernel, an operation that waits for
/// its predecessor in a chain is not found; but if the head is cancelled, the rest of the chain is
/// cancelled too, as far as its links are soft.
void InFlightLimit::cancel_held(AsyncOperation& cancel) {
  const auto aimed_at = [&cancel](const AsyncOperation& operation) {
    if (cancel.opcode == Opcode::cancel) return cancel.target.slot == &operation;
    return cancel.opcode == Opcode::cancel_all || cancel.handle == operation.handle;
  };
  OperationList kept;
  std::uint32_t cancelled = 0;
  Link link = Link::none;  // of the operation before
  bool broken = false;     // that one was cancelled
  while (AsyncOperation* operation = held_.pop()) {
    const bool is_timeout = operation->opcode == Opcode::link_timeout;
    const bool goes_too = broken && (link == Link::soft || (link == Link::hard && is_timeout));
    const bool is_head = link == Link::none;
    broken = goes_too || (is_head && !is_timeout && aimed_at(*operation));
    link = operation->link;
    if (!broken) {
      kept.push(*operation);
      continue;
    }
    if (!goes_too) ++cancelled;
    --held_count_;
    complete_cancelled(*operation);
  }
  held_ = kept;
  if (cancelled == 0) return;
  cancel.length = cancelled;  // a cancel has no buffer, so `length` is free for the count
  cancel.target = {};         // the system has nothing left to find
}

void InFlightLimit::complete_cancelled(AsyncOperation& operation) {
  cancelled_here_.push_back({&operation, -ECANCELED, 0});
  if (recorder_ == nullptr) return;
  const std::uint32_t id = to_number(operation.id);
  recorder_->record({.value = static_cast<std::uint64_t>(std::int64_t{-ECANCELED}),
                     .operation = id,
                     .kind = FactKind::operation_completed});
  recorder_->record({.operation = id, .kind = FactKind::completion_queued});
}

}  // namespace proactor_lab
