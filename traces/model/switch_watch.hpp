// When a core turns to a thread that had waited. Who is simulated as a blocking thread has events
// that say so; loops and workers have none, and it follows from what else they do.
#pragma once

#include <cstdint>
#include <unordered_set>
#include <vector>

#include "traces/format/event.hpp"
#include "traces/format/string_pool.hpp"

namespace proactor_lab {

class SwitchWatch {
 public:
  /// `strings` are those of the events, and must outlive the watch.
  explicit SwitchWatch(const StringPool& strings) : strings_(strings) {}

  /// Sees a run's events in order; true where the event's thread has just been turned to.
  bool see(const Event& event);

 private:
  enum class Worker : std::uint8_t { other, idle, woken };

  bool has_begun_job(const Event& event);
  bool has_slept(const Event& returned) const;
  void note_handing_over(const Event& event);

  const StringPool& strings_;
  std::vector<Worker> workers_;  // by thread
  // The loop's latest wait.
  bool waits_ = false;
  std::int64_t handed_over_ns_ = 0;  // when the system had taken all that the wait submitted
  std::unordered_set<std::uint32_t> submitted_;  // operations, until the first of them starts
};

}  // namespace proactor_lab
