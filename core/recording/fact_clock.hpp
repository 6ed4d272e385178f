// The clock that stamps facts on a live system: the processor's time-stamp counter if it has a
// constant rate and is synchronized across cores (invariant TSC), else CLOCK_MONOTONIC, which takes
// three times as long to read. Stamps are ticks; they are converted to nanoseconds when the trace
// is written.
#pragma once

#include <chrono>
#include <cstdint>

#include "core/values/time.hpp"

namespace proactor_lab {

class FactClock {
 public:
  /// The current time in ticks.
  static std::int64_t read() { return counter_is_even ? counter() : monotonic_ns(); }

  /// True if `read` reads the counter. Constant for the life of the process; callers may cache it.
  static bool reads_counter() { return counter_is_even; }
  static std::int64_t counter() {
#if defined(__x86_64__)
    return static_cast<std::int64_t>(__builtin_ia32_rdtsc());
#else
    return 0;
#endif
  }

  /// CLOCK_MONOTONIC.
  static std::int64_t monotonic_ns() {
    return std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
  }

  FactClock() : from_(pair_of_now()), to_(from_) {}

  /// Measures the relation between ticks and nanoseconds up to now. The conversion is most accurate
  /// for stamps taken since the previous call.
  void observe();

  /// CLOCK_MONOTONIC in nanoseconds at the stamp `ticks`. Never less than the previous result.
  std::int64_t to_monotonic_ns(std::int64_t ticks);

  /// The stamp of a moment that was `ago` before the last `observe`.
  std::int64_t ticks_ago(Duration ago) const;

 private:
  struct Pair {
    std::int64_t ticks = 0;
    std::int64_t ns = 0;
  };
  static Pair pair_of_now();
  static bool detect_even_counter();
  double ns_a_tick() const;

  static const bool counter_is_even;

  Pair from_;
  Pair to_;
  std::int64_t last_ns_ = INT64_MIN;
};

}  // namespace proactor_lab
