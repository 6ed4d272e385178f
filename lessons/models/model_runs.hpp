// Runs the eight server models in the world of one scenario.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lessons/run/runner.hpp"
#include "traces/format/run_systems.hpp"

namespace proactor_lab {

struct ServerModel {
  const char* program;
  const char* title;              ///< its name in POSA2
  std::optional<RunSystem> live;  ///< the live system it is measured on; none: not measured
};

/// All eight models, simplest first.
std::span<const ServerModel> server_models();

/// Results of running one model.
struct ModelFigures {
  std::uint64_t answers = 0;
  std::uint64_t unanswered = 0;           ///< simulated runs only; see `RunMeasure`
  double answers_per_second = 0;          ///< up to the last answer
  std::array<Duration, 3> percentiles{};  ///< 50th, 90th, 99th response-time percentile
  double switches_per_answer = 0;
  std::uint32_t threads = 0;
  std::uint64_t memory_bytes = 0;
  double cpu_us_per_answer = 0;  ///< server CPU time, including kernel work
  Duration finish{0};            ///< time of the last answer
  double cpu_share = 0;          ///< share of all cores until `finish`
  bool whole = true;             ///< false: a limit ended the run
  std::string why;               ///< simulated runs: which limit
};

/// Computes the figures from measurements. `cpu_time` is the total on `cores` cores.
ModelFigures figures_of(const std::vector<Duration>& response_times, Duration finish,
                        std::uint64_t switches, Duration cpu_time, std::uint32_t cores);

/// `base` with `model`'s program and, if the model uses a pool, its pool. Throws InputError if the
/// scenario does not suit server models.
Scenario scenario_for(const Scenario& base, const ServerModel& model);

/// Runs on the simulated system, without a trace.
ModelFigures run_model(const Scenario& scenario);

}  // namespace proactor_lab
