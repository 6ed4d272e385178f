// Detects when a core switches to a thread that had waited. Threads that are simulated as blocking
// have events for this. Loops and workers have none; for them it is inferred from their other
// events.
#pragma once

#include <cstdint>
#include <unordered_set>
#include <vector>

#include "traces/format/event.hpp"
#include "traces/format/string_pool.hpp"

namespace proactor_lab {

class SwitchWatch {
 public:
  /// `strings` must be those of the events and must outlive the watch.
  explicit SwitchWatch(const StringPool& strings) : strings_(strings) {}

  /// Call with a run's events in order. Returns true if a core has just switched to the event's
  /// thread.
  bool see(const Event& event);

 private:
  enum class Worker : std::uint8_t { other, idle, woken };

  bool has_begun_job(const Event& event);
  bool has_slept(const Event& returned) const;
  void note_handing_over(const Event& event);

  const StringPool& strings_;
  std::vector<Worker> workers_;  // by thread
  // The most recent wait of the loop.
  bool waits_ = false;
  std::int64_t handed_over_ns_ = 0;  // when the system had accepted all that the wait submitted
  std::unordered_set<std::uint32_t> submitted_;  // operations, until the first of them starts
};

}  // namespace proactor_lab
