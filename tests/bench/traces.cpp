// How fast traces are read, written, checked and searched for a moment, compared with the bare
// parse of the same file by simdjson and nlohmann_json, in one run: `./lab bench traces`.
//
//   bench_traces [--quick] [million] [ten]
//
// The traces come from the echo server on the simulated system with 10,000 clients. They are first
// written to memory (/dev/shm).
#include <cstdio>
#include <cstring>

#include "tests/bench/traces/sections.hpp"

int main(int argc, char** argv) {
  using namespace proactor_lab::bench;
  bool quick = false;
  bool million = false;
  bool ten = false;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--quick") == 0) {
      quick = true;
    } else if (std::strcmp(argv[i], "million") == 0) {
      million = true;
    } else if (std::strcmp(argv[i], "ten") == 0) {
      ten = true;
    } else {
      std::fprintf(stderr, "bench_traces: there is no section '%s'\n", argv[i]);
      return 2;
    }
  }
  Verdicts verdicts;
  // First, while this process is small: its memory is counted in the child that loads.
  if (ten || !million) measure_ten_millions(quick, verdicts);
  if (million || !ten) measure_a_million(quick, verdicts);
  report(verdicts);
  return 0;
}
