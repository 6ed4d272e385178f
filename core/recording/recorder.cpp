#include "core/recording/recorder.hpp"

#include <atomic>
#include <utility>
#include <vector>

namespace proactor_lab {
namespace {

/// The calling thread's role in a run.
struct AdoptedThread {
  std::uint64_t recorder = 0;  // its serial number
  FactLane* lane = nullptr;
  std::uint16_t number = 0;
};
thread_local AdoptedThread adopted;                      // for the run that it last recorded for
thread_local std::vector<AdoptedThread> adopted_before;  // for earlier runs

}  // namespace

std::uint64_t Recorder::next_serial() {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

FactIndex Recorder::record_with_care(const Fact& fact) {
  return loop_lane_.append(stamped(stamp(), fact));
}

void Recorder::record(const Fact& first, const Fact& second) {
  const std::int64_t now = stamp();
  loop_lane_.append(stamped(now, first));
  loop_lane_.append(stamped(now, second));
}

std::uint16_t Recorder::adopt_this_thread(const char* label) {
  {
    const std::lock_guard lock(other_lanes_mutex_);
    if (adopted.recorder != 0) adopted_before.push_back(adopted);
    FactLane* lane = is_virtual() ? &loop_lane_ : &other_lanes_.emplace_back();
    adopted = {serial_, lane, ++last_thread_};
  }
  record_elsewhere({.extra = fact_text(label), .kind = FactKind::thread_started});
  return adopted.number;
}

void Recorder::enter_simulated_thread(std::uint16_t thread, const Instant* now) {
  adopted = {serial_, &loop_lane_, thread};
  world_now_ = std::exchange(virtual_now_, now);
}

void Recorder::leave_simulated_thread() {
  adopted = {};
  virtual_now_ = world_now_;
}

/// Called if this thread has since recorded for another run, or never for this one.
void Recorder::recall_this_thread() {
  for (AdoptedThread& before : adopted_before) {
    if (before.recorder == serial_) return std::swap(before, adopted);
  }
  adopt_this_thread("guest");
}

void Recorder::record_elsewhere(Fact fact) {
  if (adopted.recorder != serial_) recall_this_thread();
  fact.thread = adopted.number;
  fact.time_ns = stamp();
  adopted.lane->append(fact);
}

std::size_t Recorder::other_lane_count() const {
  const std::lock_guard lock(other_lanes_mutex_);
  return other_lanes_.size();
}

FactLane& Recorder::other_lane(std::size_t index) {
  const std::lock_guard lock(other_lanes_mutex_);
  return other_lanes_[index];
}

}  // namespace proactor_lab
