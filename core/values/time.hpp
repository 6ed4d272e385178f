// Time in the core: nanoseconds on a clock that only the operating system can read. On the live
// kernel it is CLOCK_MONOTONIC; on the simulated one it is virtual time, which starts at zero. The
// core never compares it with a wall clock.
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

/// Later than any moment that a run can reach.
inline constexpr Instant never = Instant::max();

constexpr std::int64_t to_ns(Instant instant) { return instant.time_since_epoch().count(); }
constexpr Instant instant_at_ns(std::int64_t ns) { return Instant{Duration{ns}}; }

// Arithmetic on instants saturates: deadlines come from programs, and both ends of the range are in
// use (`never`, and `Instant::min()` for "do not wait"). Use these two functions for any value that
// may be one of them.

/// `instant + delay`, clamped to the range: `never` or `Instant::min()`.
constexpr Instant saturating_add(Instant instant, Duration delay) {
  std::int64_t ns = 0;
  if (!__builtin_add_overflow(to_ns(instant), std::int64_t{delay.count()}, &ns)) {
    return instant_at_ns(ns);
  }
  return delay > Duration::zero() ? never : Instant::min();
}

/// The duration from `from` to `until`, clamped to the range; negative if `until` is earlier.
constexpr Duration saturating_difference(Instant from, Instant until) {
  std::int64_t ns = 0;
  if (!__builtin_sub_overflow(to_ns(until), to_ns(from), &ns)) return Duration{ns};
  return until > from ? Duration::max() : Duration::min();
}

}  // namespace proactor_lab
