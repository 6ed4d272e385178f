// How every bench measures time, and how it reports a figure: the measured value, the target, and
// whether the target is met.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

namespace proactor_lab::bench {

/// Seconds that `body` takes.
template <class Body>
double seconds_of(Body body) {
  const auto from = std::chrono::steady_clock::now();
  body();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - from).count();
}

/// A figure that has a target, and whether it was met.
struct Verdict {
  std::string what;
  std::string measured;  ///< empty: it could not be measured
  bool holds = false;
  bool asserted = false;  ///< if it is missed, the bench fails
};
using Verdicts = std::vector<Verdict>;

/// Returns "holds" or "MISSED" and records the verdict for `report`. Assert counts only: a time
/// depends on the machine.
inline const char* judge(Verdicts& verdicts, bool holds, std::string what, std::string measured,
                         bool asserted = false) {
  verdicts.push_back({std::move(what), std::move(measured), holds, asserted});
  return holds ? "holds" : "MISSED";
}

/// Records a target that could not be measured here. It neither holds nor fails the bench.
inline void skip(Verdicts& verdicts, std::string what) {
  verdicts.push_back({.what = std::move(what)});
}

/// The median of `values`, which this sorts; 0 if there are none.
inline double median(std::vector<double>& values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

/// Formats `value` as printf does.
inline std::string text(const char* format, double value) {
  char buffer[64];
  std::snprintf(buffer, sizeof buffer, format, value);
  return buffer;
}

/// Prints a summary and lists the missed targets again. Returns false if a missed target is
/// asserted. Other targets do not change the exit code, because a noisy machine must not fail a
/// build.
inline bool report(const Verdicts& verdicts) {
  const auto held = std::count_if(verdicts.begin(), verdicts.end(),
                                  [](const Verdict& each) { return each.holds; });
  if (verdicts.empty()) return true;
  std::printf("\n%zu of %zu targets hold.\n", static_cast<std::size_t>(held), verdicts.size());
  for (const Verdict& each : verdicts) {
    if (each.holds) continue;
    if (each.measured.empty()) {
      std::printf("  NOT MEASURED: %s\n", each.what.c_str());
      continue;
    }
    std::printf("  MISSED: %s: %s%s\n", each.what.c_str(), each.measured.c_str(),
                each.asserted ? " (asserted: the bench fails)" : "");
  }
  return std::none_of(verdicts.begin(), verdicts.end(),
                      [](const Verdict& each) { return each.asserted && !each.holds; });
}

}  // namespace proactor_lab::bench
