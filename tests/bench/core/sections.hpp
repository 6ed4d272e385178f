// The parts of the bench, each a table of its own.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace proactor_lab::bench {

struct Settings {
  bool quick = false;     ///< fewer rounds: to see that it works, not to quote
  std::string_view only;  ///< instructions: of this server alone; empty: of all
};

/// A figure that has a target, and whether it was met.
struct Verdict {
  std::string what;
  std::string measured;
  bool holds = false;
};
using Verdicts = std::vector<Verdict>;

/// "holds" or "MISSED", and remembers it for the end.
const char* judge(Verdicts& verdicts, bool holds, std::string what, std::string measured);

/// The middle one; sorts `values`.
double median(std::vector<double>& values);
/// As printf, into a string.
std::string text(const char* format, double value);

void measure_instructions(const Settings& settings, Verdicts& verdicts);
void measure_cpu(const Settings& settings, Verdicts& verdicts);
void measure_facts(const Settings& settings, Verdicts& verdicts);
void measure_connections(const Settings& settings, Verdicts& verdicts);
void measure_threads(const Settings& settings, Verdicts& verdicts);

}  // namespace proactor_lab::bench
