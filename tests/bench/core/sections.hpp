// The sections of the bench. Each prints its own table.
#pragma once

#include <string_view>

#include "tests/bench/common/verdicts.hpp"

namespace proactor_lab::bench {

struct Settings {
  bool quick = false;     ///< fewer rounds: shows that it works, not to be quoted
  std::string_view only;  ///< instructions: measure only this server; empty: all
};

void measure_instructions(const Settings& settings, Verdicts& verdicts);
void measure_cpu(const Settings& settings, Verdicts& verdicts);
void measure_facts(const Settings& settings, Verdicts& verdicts);
void measure_connections(const Settings& settings, Verdicts& verdicts);
void measure_threads(const Settings& settings, Verdicts& verdicts);

}  // namespace proactor_lab::bench
