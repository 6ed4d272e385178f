// What stamps facts on a live system: the processor's time-stamp counter, where it ticks evenly and
// alike on all cores (an invariant TSC), else CLOCK_MONOTONIC, which takes three times as long to
// read. Stamps are ticks; they become nanoseconds when the trace is written.
#pragma once

#include <chrono>
#include <cstdint>

#include "core/values/time.hpp"

namespace proactor_lab {

class FactClock {
 public:
  /// The ticks of this moment.
  static std::int64_t read() { return counter_is_even ? counter() : monotonic_ns(); }

  /// Whether `read` reads the counter. It does all along or never: who knows may read it himself.
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

  /// Learns how ticks and nanoseconds belong together until now. Stamps taken since the call before
  /// are converted best.
  void observe();

  /// CLOCK_MONOTONIC at the stamp `ticks`. Never earlier than the call before said.
  std::int64_t to_monotonic_ns(std::int64_t ticks);

  /// The stamp that a fact of `ago` before the last `observe` bears.
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
