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

  bool empty() const { return due_.empty() && heap_.empty(); }
  /// When the next event is due; `never` where there is none.
  Instant next_time() const {
    return !due_.empty() ? now_ : heap_.empty() ? never : heap_.front().time;
  }
  /// Moves time to the next event and takes it. There must be one.
  ScheduledEvent next();
  /// Moves time on to `time`, at which or before which nothing may be due any more.
  void advance_to(Instant time) { now_ = time; }

 private:
  using Entry = EventHeap::Entry;

  void gather_tied(const Entry& first);
  ScheduledEvent take_from(std::uint32_t place);
  ScheduledEvent take_one_of_due();

  ChoiceSource& choices_;
  Recorder* recorder_ = nullptr;
  Instant now_{};
  Instant tie_instant_{};
  std::uint32_t tie_occurrence_ = 0;
  std::uint32_t scheduled_ = 0;
  EventHeap heap_;  // those of one instant are put in order when they come out
  std::vector<ScheduledEvent, LargePages<ScheduledEvent>> events_;
  std::vector<std::uint32_t> free_;  // places in events_
  std::vector<Entry> tied_;          // for `gather_tied`
  std::vector<ScheduledEvent> due_;  // at now_
};

}  // namespace proactor_lab
