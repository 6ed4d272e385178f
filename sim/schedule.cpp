#include "sim/schedule.hpp"

#include <algorithm>
#include <cassert>

namespace proactor_lab {
namespace {

constexpr std::size_t children = 4;

}  // namespace

void Schedule::at(Instant time, const ScheduledEvent& event) {
  assert(time >= now_);
  if (time == now_) {
    due_.push_back(event);
    return;
  }
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(events_.size()));
    events_.emplace_back();
  }
  const std::uint32_t place = free_.back();
  free_.pop_back();
  events_[place] = event;
  push({time, scheduled_++, place});
}

ScheduledEvent Schedule::next() {
  if (due_.empty()) {
    now_ = heap_.front().time;
    const std::uint32_t first = pop();
    if (heap_.empty() || heap_.front().time != now_) return take_from(first);
    due_.push_back(take_from(first));
  }
  // All that is due at this instant competes: each is moved over once, so that a tie of n events
  // costs n log n in all.
  while (!heap_.empty() && heap_.front().time == now_) due_.push_back(take_from(pop()));
  return take_one_of_due();
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

ScheduledEvent Schedule::take_from(std::uint32_t place) {
  free_.push_back(place);
  return events_[place];
}

// --- The heap --------------------------------------------------------------------------------

void Schedule::push(const Entry& entry) {
  std::size_t at = heap_.size();
  heap_.push_back(entry);
  while (at > 0) {
    const std::size_t parent = (at - 1) / children;
    if (!(entry < heap_[parent])) break;
    heap_[at] = heap_[parent];
    at = parent;
  }
  heap_[at] = entry;
}

/// Takes the least entry out; gives its event's place.
std::uint32_t Schedule::pop() {
  const std::uint32_t place = heap_.front().place;
  const Entry last = heap_.back();
  heap_.pop_back();
  const std::size_t size = heap_.size();
  if (size == 0) return place;
  // The hole at the top sinks to where the last entry fits.
  std::size_t hole = 0;
  while (true) {
    const std::size_t first = hole * children + 1;
    if (first >= size) break;
    std::size_t least = first;
    for (std::size_t i = first + 1; i < std::min(first + children, size); ++i) {
      if (heap_[i] < heap_[least]) least = i;
    }
    if (!(heap_[least] < last)) break;
    heap_[hole] = heap_[least];
    hole = least;
  }
  heap_[hole] = last;
  return place;
}

}  // namespace proactor_lab
