// Runs a scenario's program on the live kernel, through io_uring, epoll or threads. The scenario's
// clients become threads that connect over loopback. Without clients, the program serves external
// connections until it is interrupted.
#pragma once

#include <functional>
#include <string>

#include "lessons/run/runner.hpp"

namespace proactor_lab {

struct LiveRunOptions {
  std::string out;         ///< the trace's file; empty: no recording
  Duration time_limit{0};  ///< 0: none
  /// Called on the loop thread when the program listens.
  std::function<void(Endpoint)> on_listening;
};

struct LiveRunResult {
  RunEnd end = RunEnd::finished;
  std::uint64_t events = 0;
  std::uint64_t events_lost = 0;
  std::int64_t start_ns = 0;        ///< the trace's time 0 in CLOCK_MONOTONIC
  std::size_t client_failures = 0;  ///< clients that did not get all their answers
  std::string failure;              ///< the program's failure as text
  std::vector<ScenarioFile> files;  ///< files beneath the root after the run
};

/// Throws InputError if no live system can run the scenario: it has faults, too many clients, or a
/// program that does not support its system.
void check_runs_live(const Scenario& scenario);

/// SIGINT and SIGTERM end the run cleanly, with a complete trace. Throws InputError if the kernel
/// refuses the scenario's system, the port is taken, the scenario cannot run live, or the file
/// cannot be written. At most one run at a time per process.
LiveRunResult run_live(const Scenario& scenario, const LiveRunOptions& options);

}  // namespace proactor_lab
