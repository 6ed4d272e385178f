#include "traces/model/switch_watch.hpp"

namespace proactor_lab {

bool SwitchWatch::see(const Event& event) {
  note_handing_over(event);
  if (event.thread == 0) return false;
  if (event.kind == EventKind::wait_returned) return has_slept(event);
  return event.kind == EventKind::thread_switched || has_begun_job(event);
}

/// A worker that was woken for a job has a core by its next event, unless that event says that it
/// is blocked on "cpu"; then thread_switched follows.
bool SwitchWatch::has_begun_job(const Event& event) {
  if (event.thread >= workers_.size()) workers_.resize(event.thread + std::size_t{1});
  Worker& worker = workers_[event.thread];
  const Worker before = worker;
  const std::string_view on =
      event.kind == EventKind::thread_blocked ? strings_.text(event.text) : std::string_view{};
  worker = on == "job" ? Worker::idle : Worker::other;
  if (before == Worker::idle && event.kind == EventKind::thread_woken) worker = Worker::woken;
  return before == Worker::woken && on != "cpu";
}

/// A loop that only submitted operations, or paid for the system call, kept its core.
bool SwitchWatch::has_slept(const Event& returned) const {
  return waits_ && handed_over_ns_ < returned.time_ns;
}

void SwitchWatch::note_handing_over(const Event& event) {
  switch (event.kind) {
    case EventKind::wait_entered:
      waits_ = true;
      handed_over_ns_ = event.time_ns;
      submitted_.clear();
      break;
    case EventKind::operation_submitted:
      if (waits_) submitted_.insert(event.operation);
      break;
    case EventKind::operation_started:
      // Only the first start counts: an operation that is linked to another starts when that one is
      // done.
      if (submitted_.contains(event.operation)) {
        handed_over_ns_ = event.time_ns;
        submitted_.clear();
      }
      break;
    default:
      break;
  }
}

}  // namespace proactor_lab
