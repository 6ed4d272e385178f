// The sections of the bench. Each prints its own table.
#pragma once

#include "tests/bench/common/verdicts.hpp"

namespace proactor_lab::bench {

void measure_rates(bool quick, Verdicts& verdicts);
void measure_growth(bool quick, Verdicts& verdicts);
void measure_ties(bool quick, Verdicts& verdicts);
void measure_connections(bool quick, Verdicts& verdicts);

}  // namespace proactor_lab::bench
