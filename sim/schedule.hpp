// Virtual time and what is due when. Time moves only here: to the next scheduled event (`next`), or
// on by a cost (`advance_to`, which must not pass an event). Events due at one instant have no
// order of their own; which comes first is a question (`QuestionKind::which_first`).
#pragma once

#include <cstdint>
#include <vector>

#include "core/large_pages.hpp"
#include "core/recorder.hpp"
#include "core/time.hpp"
#include "sim/choice_source.hpp"
#include "sim/event_heap.hpp"

namespace proactor_lab {

struct ScheduledEvent;

/// Whoever schedules events gets them back here.
class EventTarget {
 public:
  virtual void on_event(const ScheduledEvent& event) = 0;
  /// Comes next, or soon: what it will need may be fetched from memory.
  virtual void expect(const ScheduledEvent&) {}

 protected:
  ~EventTarget() = default;
};

/// What `type`, `subject`, `amount` and `cause` mean is the target's own affair.
struct ScheduledEvent {
  EventTarget* target = nullptr;
  std::uint64_t amount = 0;
  std::uint32_t subject = 0;
  FactIndex cause = 0;
  std::uint32_t type = 0;
};

class Schedule {
 public:
  Schedule(ChoiceSource& choices) : choices_(choices) {}
  Schedule(const Schedule&) = delete;
  Schedule& operator=(const Schedule&) = delete;

  /// Facts are stamped through this reference.
  const Instant& now() const { return now_; }
  void set_recorder(Recorder* recorder) { recorder_ = recorder; }
  ChoiceSource& choices() { return choices_; }

  /// `time` may not lie in the past.
  void at(Instant time, const ScheduledEvent& event);

  bool empty() {
    leave_place();
    return due_.empty() && heap_.empty();
  }
  /// When the next event is due; `never` where there is none.
  Instant next_time() {
    leave_place();
    return !due_.empty() ? now_ : heap_.empty() ? never : heap_.front().time;
  }
  /// Moves time to the next event and takes it. There must be one.
  ScheduledEvent next();
  /// Moves time on to `time`, at which or before which nothing may be due any more.
  void advance_to(Instant time) { now_ = time; }

 private:
  using Entry = EventHeap::Entry;

  void gather_tied();
  // With many events a processor would wait for memory most of the time. So what will happen soon
  // is fetched before: first the event, which says who its target is, then what that will need.
  void fetch(EventHeap::Place place) const { __builtin_prefetch(&events_[heap_.at(place).place]); }
  void announce(EventHeap::Place place) const {
    const ScheduledEvent& soon = events_[heap_.at(place).place];
    soon.target->expect(soon);
  }
  ScheduledEvent take_one_of_due();
  void leave_place() {
    if (has_place_) leave_place_now();
  }
  void leave_place_now();

  ChoiceSource& choices_;
  Recorder* recorder_ = nullptr;
  Instant now_{};
  Instant tie_instant_{};
  std::uint32_t tie_occurrence_ = 0;
  std::uint32_t scheduled_ = 0;
  // The event that was taken last has its place in the heap still: most have a successor, which
  // gets it.
  bool has_place_ = false;
  EventHeap::Place second_ = EventHeap::nowhere;  // who comes next, while that is so
  EventHeap heap_;  // those of one instant are put in order when they come out
  std::vector<ScheduledEvent, LargePages<ScheduledEvent>> events_;
  std::vector<std::uint32_t> free_;  // places in events_
  std::vector<Entry> tied_;          // for `gather_tied`
  std::vector<ScheduledEvent> due_;  // at now_
};

}  // namespace proactor_lab
