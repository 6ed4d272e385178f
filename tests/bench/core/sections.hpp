// The parts of the bench, each a table of its own.
#pragma once

#include <string_view>

#include "tests/bench/common/verdicts.hpp"

namespace proactor_lab::bench {

struct Settings {
  bool quick = false;     ///< fewer rounds: to see that it works, not to quote
  std::string_view only;  ///< instructions: of this server alone; empty: of all
};

void measure_instructions(const Settings& settings, Verdicts& verdicts);
void measure_cpu(const Settings& settings, Verdicts& verdicts);
void measure_facts(const Settings& settings, Verdicts& verdicts);
void measure_connections(const Settings& settings, Verdicts& verdicts);
void measure_threads(const Settings& settings, Verdicts& verdicts);

}  // namespace proactor_lab::bench
