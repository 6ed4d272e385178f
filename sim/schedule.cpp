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
    const Entry first = pop();
    now_ = first.time;
    if (heap_.empty() || heap_.front().time != now_) return take_from(first.place);
    gather_tied(first);
  }
  return take_one_of_due();
}

/// All that is due at this instant competes. Each is moved over once, so that a tie of n events
/// costs n log n in all.
void Schedule::gather_tied(const Entry& first) {
  tied_.assign(1, first);
  while (!heap_.empty() && heap_.front().time == now_) tied_.push_back(pop());
  // A difference, because the counter may wrap.
  std::sort(tied_.begin(), tied_.end(), [](const Entry& a, const Entry& b) {
    return static_cast<std::int32_t>(a.order - b.order) < 0;
  });
  for (const Entry& entry : tied_) due_.push_back(take_from(entry.place));
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
    if (entry.time >= heap_[parent].time) break;
    heap_[at] = heap_[parent];
    at = parent;
  }
  heap_[at] = entry;
}

/// Takes the least entry out.
Schedule::Entry Schedule::pop() {
  const Entry least_of_all = heap_.front();
  const Entry last = heap_.back();
  heap_.pop_back();
  const std::size_t size = heap_.size();
  if (size == 0) return least_of_all;
  // The hole at the top sinks to where the last entry fits.
  Entry* const heap = heap_.data();
  std::size_t hole = 0;
  while (true) {
    const std::size_t first = hole * children + 1;
    if (first >= size) break;
    std::size_t least = first;
    if (first + children <= size) {
      // Written so that nothing has to be foretold: which is least is as good as random.
      const std::size_t left = first + (heap[first + 1].time < heap[first].time ? 1 : 0);
      const std::size_t right = first + (heap[first + 3].time < heap[first + 2].time ? 3 : 2);
      least = heap[right].time < heap[left].time ? right : left;
    } else {
      for (std::size_t i = first + 1; i < size; ++i) {
        if (heap[i].time < heap[least].time) least = i;
      }
    }
    if (heap[least].time >= last.time) break;
    heap[hole] = heap[least];
    hole = least;
  }
  heap[hole] = last;
  return least_of_all;
}

}  // namespace proactor_lab
