// The eight server models in the world of one scenario, side by side.
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
  const char* title;              ///< as POSA2 names it
  std::optional<RunSystem> live;  ///< that it is measured on; none: it is not
};

/// All eight, from the simplest on.
std::span<const ServerModel> server_models();

/// What a run of a model took and gave.
struct ModelFigures {
  std::uint64_t answers = 0;
  std::uint64_t unanswered = 0;           ///< requests, simulated: see `RunMeasure`
  double answers_per_second = 0;          ///< until the last answer
  std::array<Duration, 3> percentiles{};  ///< 50, 90 and 99 of a hundred responses
  double switches_per_answer = 0;
  std::uint32_t threads = 0;
  std::uint64_t memory_bytes = 0;
  double cpu_us_per_answer = 0;  ///< of the server, the kernel's work for it included
  Duration finish{0};            ///< when the last answer had come
  double cpu_share = 0;          ///< of all cores, until then
  bool whole = true;             ///< false: a limit came first
  std::string why;               ///< simulated: which one
};

/// From what was measured; `cpu_time` of `cores` cores.
ModelFigures figures_of(const std::vector<Duration>& response_times, Duration finish,
                        std::uint64_t switches, Duration cpu_time, std::uint32_t cores);

/// `base` with `model` in it: its pool where it has one, its own program. Throws InputError where
/// the scenario is none for server models.
Scenario scenario_for(const Scenario& base, const ServerModel& model);

/// Simulated, without a trace.
ModelFigures run_model(const Scenario& scenario);

}  // namespace proactor_lab
