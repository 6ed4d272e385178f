// The parts of the bench, each a table of its own.
#pragma once

#include <chrono>

#include "tests/bench/common/verdicts.hpp"

namespace proactor_lab::bench {

/// Seconds that `body` takes.
template <class Body>
double seconds_of(Body body) {
  const auto from = std::chrono::steady_clock::now();
  body();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - from).count();
}

void measure_rates(bool quick, Verdicts& verdicts);
void measure_growth(bool quick, Verdicts& verdicts);
void measure_ties(bool quick, Verdicts& verdicts);
void measure_connections(bool quick, Verdicts& verdicts);

}  // namespace proactor_lab::bench
