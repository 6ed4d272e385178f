#include <cstdio>
#include <fstream>
#include <stdexcept>

#include <unistd.h>

#include "lessons/run/runner.hpp"
#include "tests/bench/traces/sections.hpp"

namespace proactor_lab::bench {

TraceFile::TraceFile(std::uint64_t events)
    : path_("/dev/shm/bench_traces." + std::to_string(getpid()) + ".json") {
  // No client ends before the run does, so that each client's receive is pending all the time.
  const Scenario scenario = parse_scenario(
      R"({"format":1,"program":"echo_server","latency_ms":{"min":1,"max":9},
          "limits":{"events":)" +
          std::to_string(events) + R"(,"run_ms":1e9},
          "clients":[{"name":"c","count":10000,"requests":1000000,"think_ms":{"mean":20}}]})",
      "bench");
  std::ofstream file(path_, std::ios::binary);
  RunOptions options;
  options.write = [&](std::string_view part) {
    file.write(part.data(), static_cast<std::streamsize>(part.size()));
    bytes_ += part.size();
  };
  run_simulated(scenario, options);
  if (!file.flush()) throw std::runtime_error(path_ + " cannot be written");
}

TraceFile::~TraceFile() { std::remove(path_.c_str()); }

}  // namespace proactor_lab::bench
