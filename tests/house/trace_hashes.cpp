// trace_hashes SEEDS SCENARIO...: runs each scenario on the simulated system with the seeds 1 to
// SEEDS. Prints one line per run: the scenario, the seed, the size of its trace in bytes, and their
// hash. Builds by different compilers print the same (tests/house/determinism.sh compares them).
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <exception>
#include <string>
#include <string_view>

#include "lessons/run/runner.hpp"
#include "traces/format/trace_writer.hpp"

namespace {

/// FNV-1a.
std::uint64_t hash(std::string_view bytes) {
  std::uint64_t value = 0xCBF29CE484222325u;
  for (const char byte : bytes) {
    value = (value ^ static_cast<unsigned char>(byte)) * 0x100000001B3u;
  }
  return value;
}

void print_hashes(const std::string& path, std::uint64_t seeds) {
  proactor_lab::Scenario scenario = proactor_lab::read_scenario_file(path);
  const std::string name = path.substr(path.find_last_of('/') + 1);
  for (scenario.seed = 1; scenario.seed <= seeds; ++scenario.seed) {
    const std::string json = to_json(proactor_lab::run_simulated(scenario).trace);
    std::printf("%s %llu %zu %016llx\n", name.c_str(),
                static_cast<unsigned long long>(scenario.seed), json.size(),
                static_cast<unsigned long long>(hash(json)));
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::uint64_t seeds = 0;
  if (argc < 3 ||
      std::from_chars(argv[1], argv[1] + std::strlen(argv[1]), seeds).ec != std::errc{}) {
    std::fputs("usage: trace_hashes SEEDS SCENARIO...\n", stderr);
    return 2;
  }
  try {
    for (int i = 2; i < argc; ++i) print_hashes(argv[i], seeds);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "trace_hashes: %s\n", error.what());
    return 2;
  }
  return 0;
}
