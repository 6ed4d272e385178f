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
  if (has_place_) {
    has_place_ = false;
    const std::uint32_t place = heap_.front().place;
    events_[place] = event;
    heap_.replace_front({time, scheduled_++, place}, second_);
    return fetch(second_);
  }
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(events_.size()));
    events_.emplace_back();
  }
  const std::uint32_t place = free_.back();
  free_.pop_back();
  events_[place] = event;
  heap_.push({time, scheduled_++, place});
}

/// No successor came in time.
void Schedule::leave_place_now() {
  has_place_ = false;
  free_.push_back(heap_.pop().place);
}

ScheduledEvent Schedule::next() {
  leave_place();
  if (due_.empty()) {
    now_ = heap_.front().time;
    second_ = heap_.second();
    const bool alone = second_ == EventHeap::nowhere;
    if (alone || heap_.at(second_).time != now_) {
      has_place_ = true;
      if (!alone) announce(second_);
      return events_[heap_.front().place];
    }
    gather_tied();
  }
  return take_one_of_due();
}

/// All that is due at this instant competes. Each is moved over once, so that a tie of n events
/// costs n log n in all.
void Schedule::gather_tied() {
  tied_.clear();
  while (!heap_.empty() && heap_.front().time == now_) tied_.push_back(heap_.pop());
  // A difference, because the counter may wrap.
  std::sort(tied_.begin(), tied_.end(), [](const Entry& a, const Entry& b) {
    return static_cast<std::int32_t>(a.order - b.order) < 0;
  });
  for (const Entry& entry : tied_) {
    due_.push_back(events_[entry.place]);
    free_.push_back(entry.place);
  }
}

ScheduledEvent Schedule::take_one_of_due() {
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
