#include "sim/time/schedule.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace proactor_lab {

/// The event that was taken last has a successor, which is already stored in its place.
void Schedule::follow_at(Instant time) {
  assert(time > now_);
  has_place_ = false;
  heap_.replace_front({time, scheduled_++, heap_.front().place}, second_);
  if (heap_.size() >= many) announce_risen();
}

void Schedule::add(Instant time, ScheduledEvent event) {
  assert(time >= now_);
  if (time == now_) {
    compete(event);
    return;
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

void Schedule::announce_risen() const {
  constexpr std::uint32_t last = EventTarget::expect_steps - 1;  // announced when it is next
  __builtin_prefetch(&events_[heap_.at(heap_.risen(last + 1)).place]);
  for (std::uint32_t step = 0; step < last; ++step) announce(heap_.risen(last - step), step);
}

/// No successor was scheduled: removes the entry of the event that was taken last.
void Schedule::leave_place_now() {
  has_place_ = false;
  free_.push_back(heap_.pop().place);
  if (heap_.size() >= many) announce_risen();
}

ScheduledEvent Schedule::next() {
  leave_place();
  if (due_.empty()) {
    now_ = heap_.front().time;
    second_ = heap_.second();
    const bool alone = second_ == EventHeap::nowhere;
    if (alone || heap_.at(second_).time != now_) {
      has_place_ = true;
      if (heap_.size() >= many) announce(second_, EventTarget::expect_steps - 1);
      return events_[heap_.front().place];
    }
    gather_tied();
  }
  return take_one_of_due();
}

/// Moves all events that are due at this instant to `due_`. Each is moved once, so a tie of n
/// events costs n log n in total.
void Schedule::gather_tied() {
  tied_.clear();
  while (!heap_.empty() && heap_.front().time == now_) tied_.push_back(heap_.pop());
  // A difference, because the counter may wrap.
  std::sort(tied_.begin(), tied_.end(), [](const Entry& a, const Entry& b) {
    return static_cast<std::int32_t>(a.order - b.order) < 0;
  });
  for (const Entry& entry : tied_) {
    compete(events_[entry.place]);
    free_.push_back(entry.place);
  }
}

void Schedule::compete(const ScheduledEvent& event) {
  const bool orderly = (event.type & in_order) != 0;
  if (orderly && std::exchange(orderly_is_due_, true)) return behind_.push_back(event);
  due_.push_back(event);
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
  if ((event.type & in_order) != 0) {
    orderly_is_due_ = !behind_.empty();
    if (orderly_is_due_) {
      due_.push_back(behind_.front());
      behind_.pop_front();
    }
  }
  return event;
}

}  // namespace proactor_lab
