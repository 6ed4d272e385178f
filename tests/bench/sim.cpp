// How fast the simulated system is, compared with a bare heap and SimPy, in one run: `./lab bench
// sim`.
//
//   bench_sim [--quick] [connections] [rates] [growth] [ties]
//
// Without names all sections run. A completion is one handler called by the real Proactor; an echo
// has two. Rates are compared within one round of one run. The result is the median of the rounds'
// ratios.
#include <array>
#include <cstdio>
#include <cstring>
#include <string_view>

#include "tests/bench/sim/sections.hpp"

int main(int argc, char** argv) {
  using namespace proactor_lab::bench;
  struct Section {
    std::string_view name;
    void (*measure)(bool quick, Verdicts&);
    bool chosen = false;
  };
  std::array<Section, 4> sections = {
      {{"connections", measure_connections},  // first, while memory is fresh
       {"rates", measure_rates},
       {"growth", measure_growth},
       {"ties", measure_ties}}};
  bool quick = false;
  bool all = true;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    bool known = word == "--quick";
    quick = quick || known;
    for (Section& section : sections) {
      if (section.name != word) continue;
      section.chosen = known = true;
      all = false;
    }
    if (!known) {
      std::fprintf(stderr, "bench_sim: there is no section '%s'\n", argv[i]);
      return 2;
    }
  }
  Verdicts verdicts;
  for (const Section& section : sections) {
    if (all || section.chosen) section.measure(quick, verdicts);
  }
  report(verdicts);
  return 0;
}
