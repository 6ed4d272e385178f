#include "lessons/models/model_runs.hpp"

#include <algorithm>

#include "lessons/scenario/lesson_json.hpp"

namespace proactor_lab {

std::span<const ServerModel> server_models() {
  static constexpr std::array<ServerModel, 8> models{{
      {"iterative", "Iterative", RunSystem::threads},
      {"thread_per_connection", "Thread per connection", RunSystem::threads},
      {"thread_pool", "Thread pool", RunSystem::threads},
      {"leader_followers", "Leader/Followers", std::nullopt},
      {"active_object", "Active Object", std::nullopt},
      {"reactor", "Reactor", RunSystem::threads},
      {"proactor", "Proactor", RunSystem::io_uring},
      {"proactor_workers", "Proactor with workers", RunSystem::io_uring},
  }};
  return models;
}

ModelFigures figures_of(const std::vector<Duration>& response_times, Duration finish,
                        std::uint64_t switches, Duration cpu_time, std::uint32_t cores) {
  ModelFigures figures;
  figures.answers = response_times.size();
  figures.finish = finish;
  if (response_times.empty() || finish <= Duration::zero()) return figures;
  std::vector<Duration> sorted = response_times;
  std::sort(sorted.begin(), sorted.end());
  constexpr std::array<std::size_t, 3> hundredths{50, 90, 99};
  for (std::size_t i = 0; i < hundredths.size(); ++i) {
    figures.percentiles[i] = sorted[(sorted.size() - 1) * hundredths[i] / 100];
  }
  const auto answers = static_cast<double>(figures.answers);
  const auto finish_ns = static_cast<double>(finish.count());
  const auto cpu_ns = static_cast<double>(cpu_time.count());
  figures.answers_per_second = answers * 1e9 / finish_ns;
  figures.switches_per_answer = static_cast<double>(switches) / answers;
  figures.cpu_us_per_answer = cpu_ns / 1e3 / answers;
  figures.cpu_share = cpu_ns / finish_ns / cores;
  return figures;
}

Scenario scenario_for(const Scenario& base, const ServerModel& model) {
  const std::string name = "scenario";
  const bool asks = std::any_of(
      base.clients.begin(), base.clients.end(),
      [](const ClientScript& each) { return each.requests > 0 || !each.sends.empty(); });
  if (!asks) {
    throw InputError(name, "/clients", "has nobody who asks something",
                     "give clients with \"requests\"");
  }
  if (base.back_ends.empty()) {
    throw InputError(name, "/back_ends", "is missing: the models wait on a back end",
                     "give one, with \"answer_after_ms\"");
  }
  OrderedJson json = parse_strict_json(base.json, name);
  json["program"] = model.program;
  const bool has_pool = find_program(model.program)->has_pool;
  if (has_pool && json.contains("workers")) json["workers"].erase("jobs_only");
  if (!has_pool) json.erase("workers");
  Scenario scenario = parse_scenario(json.dump(), name);
  scenario.seed = base.seed;
  return scenario;
}

ModelFigures run_model(const Scenario& scenario) {
  RunOptions options;
  options.traced = false;
  const RunResult result = run_simulated(scenario, options);
  const SystemUsage& usage = result.measure.usage;
  ModelFigures figures = figures_of(result.measure.response_times, result.measure.last_answer,
                                    usage.switches, usage.cpu_time, scenario.cores);
  figures.threads = usage.threads_max;
  figures.memory_bytes = usage.threads_max * scenario.thread_bytes +
                         result.measure.handles_max * scenario.connection_bytes;
  figures.unanswered = result.measure.unanswered;
  figures.whole = result.end == RunEnd::finished;
  figures.why = result.why;
  return figures;
}

}  // namespace proactor_lab
