#include "core/recording/fact_clock.hpp"

#include <algorithm>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace proactor_lab {

const bool FactClock::counter_is_even = detect_even_counter();

bool FactClock::detect_even_counter() {
#if defined(__x86_64__)
  unsigned eax = 0;
  unsigned ebx = 0;
  unsigned ecx = 0;
  unsigned edx = 0;
  // Intel's manual, volume 3, "Invariant TSC": leaf 0x80000007, EDX bit 8.
  return __get_cpuid(0x80000007, &eax, &ebx, &ecx, &edx) != 0 && (edx & (1u << 8)) != 0;
#else
  return false;
#endif
}

/// Reads both clocks close together. Keeps the closest of a few tries, because an interrupt between
/// the readings would shift one against the other.
FactClock::Pair FactClock::pair_of_now() {
  Pair best;
  std::int64_t best_gap = INT64_MAX;
  for (int i = 0; i < 5; ++i) {
    const std::int64_t before = read();
    const std::int64_t ns = monotonic_ns();
    const std::int64_t after = read();
    if (after - before >= best_gap) continue;
    best_gap = after - before;
    best = {before + (after - before) / 2, ns};
  }
  return best;
}

void FactClock::observe() {
  // If the last interval is too short to compute a slope, extend it instead of starting a new one.
  constexpr std::int64_t stretch_min_ns = 5'000'000;
  const Pair present = pair_of_now();
  if (present.ns - to_.ns >= stretch_min_ns) from_ = to_;
  to_ = present;
}

double FactClock::ns_a_tick() const {
  if (to_.ticks <= from_.ticks) return 1.0;
  return static_cast<double>(to_.ns - from_.ns) / static_cast<double>(to_.ticks - from_.ticks);
}

std::int64_t FactClock::to_monotonic_ns(std::int64_t ticks) {
  const double since_ns = static_cast<double>(ticks - from_.ticks) * ns_a_tick();
  last_ns_ = std::max(last_ns_, from_.ns + static_cast<std::int64_t>(since_ns));
  return last_ns_;
}

std::int64_t FactClock::ticks_ago(Duration ago) const {
  return to_.ticks - static_cast<std::int64_t>(static_cast<double>(ago.count()) / ns_a_tick());
}

}  // namespace proactor_lab
