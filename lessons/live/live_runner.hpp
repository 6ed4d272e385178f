// Runs a scenario's program on the live kernel, through io_uring or epoll. The scenario's clients
// become threads that talk to it over loopback; without clients it serves whoever connects until it
// is interrupted.
#pragma once

#include <functional>
#include <string>

#include "lessons/run/runner.hpp"

namespace proactor_lab {

struct LiveRunOptions {
  std::string out;         ///< the trace's file; empty records nothing
  Duration time_limit{0};  ///< 0: none
  /// Called once it listens, on the loop thread.
  std::function<void(Endpoint)> on_listening;
};

struct LiveRunResult {
  RunEnd end = RunEnd::finished;
  std::uint64_t events = 0;
  std::uint64_t events_lost = 0;
  std::int64_t start_ns = 0;        ///< the trace's moment 0 in CLOCK_MONOTONIC
  std::size_t client_failures = 0;  ///< clients that did not get all that they asked for
  std::string failure;              ///< of the program, in words
  std::vector<ScenarioFile> files;  ///< those beneath the root, as the run left them
};

/// Throws InputError where no live system can do what the scenario asks for: faults, too many
/// clients, a program that is not for its system.
void check_runs_live(const Scenario& scenario);

/// SIGINT and SIGTERM end the run in good order, the trace whole. Throws InputError where the
/// kernel refuses the scenario's system, the port is taken, the scenario cannot run live, or the
/// file cannot be written. One at a time in a process.
LiveRunResult run_live(const Scenario& scenario, const LiveRunOptions& options);

}  // namespace proactor_lab
