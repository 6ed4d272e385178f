// Time as the core sees it: nanoseconds on a clock that only the operating system behind the seam
// can read. On the live kernel it is CLOCK_MONOTONIC; on the simulated one it is virtual time,
// which starts at zero. Nothing in the core compares it with a wall clock.
#pragma once

#include <chrono>
#include <cstdint>

namespace proactor_lab {

using Duration = std::chrono::nanoseconds;

struct RunClock {
  using duration = Duration;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<RunClock, Duration>;
  static constexpr bool is_steady = true;
};

using Instant = RunClock::time_point;

/// Later than every moment a run can reach.
inline constexpr Instant never = Instant::max();

constexpr std::int64_t to_ns(Instant instant) { return instant.time_since_epoch().count(); }
constexpr Instant instant_at_ns(std::int64_t ns) { return Instant{Duration{ns}}; }

/// `instant + delay`, or `never` where that would overflow.
constexpr Instant saturating_add(Instant instant, Duration delay) {
  return delay > never - instant ? never : instant + delay;
}

}  // namespace proactor_lab
