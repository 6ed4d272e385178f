// Decides which lanes and bars an activity diagram shows, before anything is drawn. The window's
// picture and the terminal's use the same plan. Private to the figure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "traces/figures/activity/activity.hpp"

namespace proactor_lab::figures {

/// An operation in flight, in nanoseconds from the start of the run.
struct FlightBar {
  std::int64_t from_ns = 0;
  std::int64_t to_ns = 0;  ///< end of the run if it never completes
  std::uint32_t operation = 0;
  std::uint32_t row = 0;
};

/// What a thread did during [from, to), in nanoseconds from the start of the run.
struct Stretch {
  std::int64_t from_ns = 0;
  std::int64_t to_ns = 0;
  ThreadActivity activity = ThreadActivity::none;
  std::uint32_t handle = 0;
};

struct GroupTotals {
  std::int64_t finish_ns = 0;
  std::size_t threads = 0;
  std::uint32_t switches = 0;
  int waiting_percent = 0;  ///< share of all thread time spent blocked on I/O or locks
};

class GroupPlan {
 public:
  static constexpr std::uint32_t flight_rows_max = 12;

  /// Ignores everything after `until_ns`. Keeps a reference to the model.
  GroupPlan(const Model& model, std::int64_t until_ns);

  const Model& model() const { return model_; }
  std::int64_t until_ns() const { return until_ns_; }
  const std::vector<const ThreadRecord*>& threads() const { return threads_; }
  const std::vector<FlightBar>& flights() const { return flights_; }
  std::uint32_t flight_rows() const { return flight_rows_; }
  /// Number of operations for which there was no row.
  std::uint32_t flights_left_out() const { return left_out_; }

  /// The thread's stretches until `until_ns`. If there are more than `count_max`, an axis of
  /// `span_ns` is divided into that many equal parts, and each part shows what the thread did at
  /// its middle.
  std::vector<Stretch> stretches(const ThreadRecord& thread, std::size_t count_max,
                                 std::int64_t span_ns, std::int64_t until_ns) const;
  /// Times at which a CPU switched to the thread.
  std::vector<std::int64_t> switches(const ThreadRecord& thread, std::size_t count_max) const;
  /// Set if the run ended by `until_ns`.
  std::optional<GroupTotals> totals() const;

 private:
  void find_flights();

  const Model& model_;
  std::int64_t until_ns_;
  std::vector<const ThreadRecord*> threads_;
  std::vector<FlightBar> flights_;
  std::uint32_t flight_rows_ = 0;
  std::uint32_t left_out_ = 0;
};

/// Length of the time axis in nanoseconds. If a horizon is set, the length depends only on it.
std::int64_t axis_span(std::span<const ActivityGroup> groups, std::int64_t horizon_ns);

/// "785 KiB", "1.6 MiB".
std::string memory_words(std::uint64_t bytes);

/// The step between ticks: 1, 2 or 5 times a power of ten, so that about `count` ticks fit in
/// `span_ns`.
std::int64_t tick_step(std::int64_t span_ns, int count);

}  // namespace proactor_lab::figures
