// plab models: runs the eight server models in the world of one scenario and compares them.
#include <filesystem>
#include <iostream>
#include <memory>

#include "lessons/live/live_costs.hpp"
#include "lessons/live/live_models.hpp"
#include "lessons/live/live_runner.hpp"
#include "lessons/models/model_ranking.hpp"
#include "lessons/models/model_runs.hpp"
#include "lessons/models/model_table.hpp"
#include "lessons/plab/command.hpp"
#include "lessons/plab/output_file.hpp"
#include "lessons/plab/scenario_name.hpp"
#include "traces/figures/activity/activity.hpp"
#include "traces/figures/svg.hpp"
#include "traces/format/trace_writer.hpp"

namespace proactor_lab::plab {
namespace {

constexpr Duration live_window = std::chrono::seconds{1};  // per model and round
constexpr int live_rounds = 5;

struct ModelsArguments {
  std::string scenario;
  std::string system = "sim";
  std::string out;
  std::string activity;
  std::int64_t seed = -1;
};

struct TracedModel {
  const char* title;
  std::unique_ptr<Trace> trace;
  std::unique_ptr<Model> model;
  std::uint64_t memory_bytes = 0;
};

void draw_activity(const std::vector<TracedModel>& traced, const std::string& path) {
  std::vector<figures::ActivityGroup> groups;
  std::size_t lanes = 0;
  for (const TracedModel& each : traced) {
    groups.push_back({each.title, each.model.get()});
    groups.back().memory_bytes = each.memory_bytes;
    lanes += each.model->threads().size();
  }
  if (!path.ends_with(".svg")) return write_output(path, figures::activity_text(groups, 120));
  figures::ActivityOptions options;
  options.width = 1100;
  options.height = static_cast<float>(300 + 110 * groups.size() + 16 * lanes);
  write_output(path,
               figures::to_svg(figures::activity_scene(groups, options), figures::Theme::light));
}

/// Runs all models again with a trace. A trace may be cut at its limits; the figures are not.
void write_traces(const Scenario& base, const std::vector<ModelRow>& rows,
                  const ModelsArguments& arguments) {
  if (arguments.out.empty() && arguments.activity.empty()) return;
  std::error_code error;
  if (!arguments.out.empty()) std::filesystem::create_directories(arguments.out, error);
  std::vector<TracedModel> traced;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const ServerModel& model = server_models()[i];
    RunResult run = run_simulated(scenario_for(base, model));
    if (!arguments.out.empty()) {
      const auto path =
          std::filesystem::path(arguments.out) / (model.program + std::string(".json"));
      write_output(path.string(), to_json(run.trace));
    }
    if (arguments.activity.empty()) continue;
    TracedModel each{model.title, std::make_unique<Trace>(std::move(run.trace)), nullptr,
                     rows[i].figures.memory_bytes};
    each.model = std::make_unique<Model>(*each.trace);
    traced.push_back(std::move(each));
  }
  if (!arguments.activity.empty()) draw_activity(traced, arguments.activity);
}

/// Reports models that a limit ended or that left requests unanswered, because their figures
/// mislead. Returns the exit code.
int complain(const std::vector<ModelRow>& rows) {
  int code = ok;
  for (const ModelRow& row : rows) {
    const ModelFigures& figures = row.figures;
    const std::string lead = std::string("plab: ") + row.title + ": ";
    if (!figures.whole) {
      std::cerr << lead << figures.why << '\n';
      if (code == ok) code = limit;
    } else if (figures.unanswered > 0) {
      std::cerr << lead << figures.unanswered << " of " << figures.answers + figures.unanswered
                << " requests were not answered\n";
      code = failed;
    }
  }
  return code;
}

/// Costs in nanoseconds or microseconds, as people state them.
std::string words_of(const MachineCosts& costs) {
  const auto words = [](Duration cost) { return format_duration(cost.count()); };
  return "This machine: a system call takes " + words(costs.syscall) + ", moving 64 bytes " +
         words(costs.operation) + " on top, waiting and being woken " +
         words(costs.context_switch) + ", starting a thread " + words(costs.thread_start) +
         " and " + std::to_string(costs.thread_bytes / 1024) + " KiB; " +
         std::to_string(costs.cores) + " cores.\n";
}

/// The scenario for `model`, on the live system that it is measured on.
Scenario live_scenario_for(const Scenario& base, const ServerModel& model) {
  Scenario scenario = scenario_for(base, model);
  scenario.system = *model.live;
  return scenario;
}

/// Measures in rounds, alternating the models, so that disturbances affect all of them alike.
int compare_with_machine(const Scenario& base, const ModelsArguments& arguments) {
  check_runs_live(live_scenario_for(base, server_models()[0]));  // same clients and faults for all
  const MachineCosts costs = measure_costs();
  std::cout << words_of(costs) << std::flush;
  Scenario machine = with_costs(base, costs);
  std::vector<ModelComparison> models;
  std::vector<Scenario> scenarios;
  for (const ServerModel& model : server_models()) {
    if (!model.live) continue;
    Scenario scenario = live_scenario_for(machine, model);
    scenario.run_limit = std::min(scenario.run_limit, live_window);
    models.push_back({model.title, run_model(scenario), {}});
    scenarios.push_back(std::move(scenario));
  }
  std::vector<std::vector<ModelFigures>> rounds(scenarios.size());
  for (int round = 0; round < live_rounds; ++round) {
    for (std::size_t i = 0; i < scenarios.size(); ++i) {
      rounds[i].push_back(measure_model_live(scenarios[i], live_window));
    }
  }
  for (std::size_t i = 0; i < models.size(); ++i) models[i].measured = median_of(rounds[i]);
  std::cout << comparison_text(models);
  std::vector<ModelRow> rows;
  for (const ServerModel& model : server_models()) {
    rows.push_back({model.title, run_model(scenario_for(machine, model))});
  }
  write_traces(machine, rows, arguments);
  if (complain(rows) == failed) return failed;
  return compare_rankings(models).contradictions.empty() ? ok : failed;
}

int models_command(const ModelsArguments& arguments) {
  Scenario base = scenario_named(arguments.scenario, arguments.seed);
  if (arguments.system == "live") return compare_with_machine(base, arguments);
  std::vector<ModelRow> rows;
  for (const ServerModel& model : server_models()) {
    rows.push_back({model.title, run_model(scenario_for(base, model))});
  }
  write_traces(base, rows, arguments);
  std::cout << model_table(rows) << std::flush;
  return complain(rows);
}

}  // namespace

void add_models(CLI::App& app, Action& action) {
  auto arguments = std::make_shared<ModelsArguments>();
  CLI::App* command = app.add_subcommand("models", "Run the server models side by side");
  command
      ->add_option("scenario", arguments->scenario,
                   "A scenario file, or the name of a shipped scenario: clients and a back end")
      ->required();
  command->add_option("--on", arguments->system, "live: measure this machine, too, and compare")
      ->check(CLI::IsMember({"sim", "live"}))
      ->capture_default_str();
  command->add_option("--seed", arguments->seed, "Instead of the scenario's own")
      ->check(CLI::NonNegativeNumber);
  command->add_option("-o,--out", arguments->out, "A folder for the traces, one a model");
  command->add_option("--activity", arguments->activity,
                      "Draw the activity diagram of all into this file, .svg or text");
  command->callback(
      [&action, arguments] { action = [arguments] { return models_command(*arguments); }; });
}

}  // namespace proactor_lab::plab
