// Which lanes and bars an activity diagram shows, before anything is drawn: the window's picture
// and the terminal's come from the same plan. Private to the figure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "traces/figures/activity/activity.hpp"

namespace proactor_lab::figures {

/// An operation in flight, in nanoseconds from the run's start.
struct FlightBar {
  std::int64_t from_ns = 0;
  std::int64_t to_ns = 0;  ///< of one that never completes: the run's end
  std::uint32_t operation = 0;
  std::uint32_t row = 0;
};

/// What a thread did during [from, to), in nanoseconds from the run's start.
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
  int waiting_percent = 0;  ///< of all thread time: blocked in input, output, locks
};

class GroupPlan {
 public:
  static constexpr std::uint32_t flight_rows_max = 12;

  /// Nothing after `until_ns` is looked at.
  GroupPlan(const Model& model, std::int64_t until_ns);

  const Model& model() const { return model_; }
  std::int64_t until_ns() const { return until_ns_; }
  const std::vector<const ThreadRecord*>& threads() const { return threads_; }
  const std::vector<FlightBar>& flights() const { return flights_; }
  std::uint32_t flight_rows() const { return flight_rows_; }
  /// Operations that found no row.
  std::uint32_t flights_left_out() const { return left_out_; }

  /// The thread's stretches until `until_ns`. Where there are more than `count_max`, an axis of
  /// `span_ns` is cut into as many equal parts and each shows what the thread did at its middle.
  std::vector<Stretch> stretches(const ThreadRecord& thread, std::size_t count_max,
                                 std::int64_t span_ns, std::int64_t until_ns) const;
  /// Moments at which a CPU turned to the thread.
  std::vector<std::int64_t> switches(const ThreadRecord& thread, std::size_t count_max) const;
  /// Known once the run has ended before `until_ns`.
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

/// Nanoseconds that the axis shows. Where a horizon is set it follows from that alone.
std::int64_t axis_span(std::span<const ActivityGroup> groups, std::int64_t horizon_ns);

/// "785 KiB", "1.6 MiB".
std::string memory_words(std::uint64_t bytes);

/// 1, 2 or 5 times a power of ten: the step between ticks of which about `count` fill `span_ns`.
std::int64_t tick_step(std::int64_t span_ns, int count);

}  // namespace proactor_lab::figures
