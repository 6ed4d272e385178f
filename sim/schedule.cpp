#include "sim/schedule.hpp"

#include <algorithm>
#include <cassert>

namespace proactor_lab {

void Schedule::at(Instant time, const ScheduledEvent& event) {
  assert(time >= now_);
  if (time == now_) {
    due_.push_back(event);
    return;
  }
  heap_.push_back({time, scheduled_++, event});
  std::push_heap(heap_.begin(), heap_.end(), later);
}

ScheduledEvent Schedule::next() {
  if (due_.empty()) now_ = heap_.front().time;
  // All that is due at this instant competes: each is moved over once, so that a tie of n events
  // costs n log n in all.
  while (!heap_.empty() && heap_.front().time == now_) {
    due_.push_back(heap_.front().event);
    std::pop_heap(heap_.begin(), heap_.end(), later);
    heap_.pop_back();
  }
  std::uint32_t chosen = 0;
  const auto n = static_cast<std::uint32_t>(due_.size());
  if (n > 1) {
    if (tie_instant_ != now_) {
      tie_instant_ = now_;
      tie_occurrence_ = 0;
    }
    chosen = choices_.pick(
        n, {QuestionKind::which_first, static_cast<std::uint64_t>(to_ns(now_)), tie_occurrence_++});
    if (recorder_ != nullptr) {
      recorder_->record({.value = chosen | std::uint64_t{n} << 32,
                         .extra = fact_text(name_of(QuestionKind::which_first).data()),
                         .kind = FactKind::choice_made});
    }
  }
  const ScheduledEvent event = due_[chosen];
  due_[chosen] = due_.back();
  due_.pop_back();
  return event;
}

}  // namespace proactor_lab
