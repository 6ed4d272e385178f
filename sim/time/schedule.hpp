// Virtual time, and the events that are due at each time. Time advances only here: to the next
// scheduled event (`next`), or by a cost (`advance_to`, which must not pass an event). Events due
// at the same instant have no order; which one comes first is a question
// (`QuestionKind::which_first`).
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

/// Receives the events that it scheduled.
class EventTarget {
 public:
  virtual void on_event(const ScheduledEvent& event) = 0;
  /// A hint, if many events wait: `event` is due soon, and the memory that it needs may be
  /// prefetched. Called up to `expect_steps` times as the event comes nearer. What was prefetched
  /// at one step is in the cache at the next, and may tell what to prefetch then.
  virtual void expect(const ScheduledEvent&, std::uint32_t /*step*/) {}

  static constexpr std::uint32_t expect_steps = 4;

 protected:
  ~EventTarget() = default;
};

/// The target defines the meaning of `type`, `subject`, `amount` and `cause`.
struct ScheduledEvent {
  EventTarget* target = nullptr;
  std::uint64_t amount = 0;
  std::uint32_t subject = 0;
  FactIndex cause = 0;
  std::uint32_t type = 0;
};

/// Added to an event's type: of all such events that are due at one instant, only the one scheduled
/// first competes with other events that are due.
inline constexpr std::uint32_t in_order = 1u << 31;

class Schedule {
 public:
  Schedule(ChoiceSource& choices) : choices_(choices) {}
  Schedule(const Schedule&) = delete;
  Schedule& operator=(const Schedule&) = delete;

  /// The recorder stamps facts through this reference.
  const Instant& now() const { return now_; }
  void set_recorder(Recorder* recorder) { recorder_ = recorder; }
  ChoiceSource& choices() { return choices_; }

  /// REQUIRES: `time` is not in the past.
  void at(Instant time, ScheduledEvent event) {
    if (!has_place_ || time == now_) return add(time, event);
    // Inline and member by member, so that the event is built in its final place. If it were read
    // as a whole right after its members were written, the processor would wait for those writes.
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
  /// When the next event is due; `never` if there is none.
  Instant next_time() {
    leave_place();
    return !due_.empty() ? now_ : heap_.empty() ? never : heap_.front().time;
  }
  /// Advances time to the next event and takes it. REQUIRES: there is one.
  ScheduledEvent next();
  /// Advances time to `time`. REQUIRES: no event is due at or before it.
  void advance_to(Instant time) { now_ = time; }

 private:
  using Entry = EventHeap::Entry;

  void add(Instant time, ScheduledEvent event);
  void follow_at(Instant time);
  void gather_tied();
  void compete(const ScheduledEvent& event);
  // With many events a processor would wait for memory most of the time. So what an event needs is
  // prefetched before it is due, one step per level of the heap that the event rises: first the
  // event itself, which names its target, then what the target needs.
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
  // The event that was taken last still has its place in the heap: most events schedule a
  // successor, which reuses it.
  bool has_place_ = false;
  EventHeap::Place second_ = EventHeap::nowhere;  // the next entry, while `has_place_` is true
  EventHeap heap_;  // events of one instant are ordered when they come out
  std::vector<ScheduledEvent, LargePages<ScheduledEvent>> events_;
  std::vector<std::uint32_t> free_;    // places in events_
  std::vector<Entry> tied_;            // for `gather_tied`
  std::vector<ScheduledEvent> due_;    // at now_
  bool orderly_is_due_ = false;        // an event with `in_order` is in `due_`
  std::deque<ScheduledEvent> behind_;  // also due at now_, after that event
};

}  // namespace proactor_lab
