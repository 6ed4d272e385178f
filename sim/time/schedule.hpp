// Virtual time and what is due when. Time moves only here: to the next scheduled event (`next`), or
// on by a cost (`advance_to`, which must not pass an event). Events due at one instant have no
// order of their own; which comes first is a question (`QuestionKind::which_first`).
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "core/detail/large_pages.hpp"
#include "core/recording/recorder.hpp"
#include "core/values/time.hpp"
#include "sim/time/choice_source.hpp"
#include "sim/time/event_heap.hpp"

namespace proactor_lab {

struct ScheduledEvent;

/// Whoever schedules events gets them back here.
class EventTarget {
 public:
  virtual void on_event(const ScheduledEvent& event) = 0;
  /// Where many events wait: it comes soon, and what it will need may be fetched from memory. Asked
  /// up to `expect_steps` times, ever nearer to the event; what was fetched at one step is there at
  /// the next, and may say what to fetch then.
  virtual void expect(const ScheduledEvent&, std::uint32_t /*step*/) {}

  static constexpr std::uint32_t expect_steps = 4;

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

/// Added to an event's type: of all such that are due at one instant, the one that was scheduled
/// first comes first. Only that one competes with what else is due.
inline constexpr std::uint32_t in_order = 1u << 31;

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
  void at(Instant time, ScheduledEvent event) {
    if (!has_place_ || time == now_) return add(time, event);
    // Here and member by member, so that the event is made where it will lie. Read as a whole right
    // after its members were written, it would make a processor wait for all that it wrote before.
    ScheduledEvent& follower = events_[heap_.front().place];
    follower.target = event.target;
    follower.amount = event.amount;
    follower.subject = event.subject;
    follower.cause = event.cause;
    follower.type = event.type;
    follow_at(time);
  }

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

  void add(Instant time, ScheduledEvent event);
  void follow_at(Instant time);
  void gather_tied();
  void compete(const ScheduledEvent& event);
  // With many events a processor would wait for memory most of the time. So what will happen soon
  // is fetched before, a step with each level of the heap that the event rises: first the event
  // itself, which says who its target is, then what that will need.
  static constexpr std::size_t many = 1024;
  void announce_risen() const;
  void announce(EventHeap::Place place, std::uint32_t step) const {
    const ScheduledEvent& soon = events_[heap_.at(place).place];
    soon.target->expect(soon, step);
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
  std::vector<std::uint32_t> free_;    // places in events_
  std::vector<Entry> tied_;            // for `gather_tied`
  std::vector<ScheduledEvent> due_;    // at now_
  bool orderly_is_due_ = false;        // one that is `in_order` is among those
  std::deque<ScheduledEvent> behind_;  // due at now_, too, and behind that one
};

}  // namespace proactor_lab
