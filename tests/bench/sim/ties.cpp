// Many events that are due at one instant. Each time, which comes first is a choice, and all
// choices together cost no more than n log n.
#include <cmath>
#include <cstdio>

#include "sim/time/schedule.hpp"
#include "tests/bench/sim/sections.hpp"

namespace proactor_lab::bench {
namespace {

struct Nobody final : EventTarget {
  void on_event(const ScheduledEvent&) override {}
};

double seconds_for(std::uint32_t events) {
  SeededChoices choices(1);
  Schedule schedule(choices);
  Nobody nobody;
  return seconds_of([&] {
    for (std::uint32_t i = 0; i < events; ++i) schedule.at(Instant{Duration{1}}, {&nobody, 0, i});
    while (!schedule.empty()) {
      const ScheduledEvent event = schedule.next();
      event.target->on_event(event);
    }
  });
}

}  // namespace

void measure_ties(bool quick, Verdicts& verdicts) {
  const std::uint32_t few = 10'000;
  const std::uint32_t many = 100'000;
  std::vector<double> ratios, seconds;
  for (int i = 0; i < (quick ? 5 : 25); ++i) {
    const double less = seconds_for(few);
    const double more = seconds_for(many);
    ratios.push_back(more / less);
    seconds.push_back(more);
  }
  const double bound = many * std::log2(many) / (few * std::log2(few));
  const double ratio = median(ratios);
  // Twice the bound: the larger number of events does not fit the nearest cache.
  std::printf("\nTied at one instant: 100,000 events in %.1f ms, %.1f times what 10,000 take\n",
              median(seconds) * 1e3, ratio);
  std::printf("  n log n would be %.1f times, n squared 100 times: %s\n", bound,
              judge(verdicts, ratio <= 2 * bound, "100,000 tied events against 10,000",
                    text("%.1f", ratio)));
}

}  // namespace proactor_lab::bench
