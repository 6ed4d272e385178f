#include "lessons/player/lesson_world.hpp"

#include <algorithm>

#include "lessons/player/lesson_changes.hpp"

namespace proactor_lab {
namespace {

/// A learner looks at each event. A longer run is a mistake or an attack.
constexpr std::uint64_t lesson_events_max = 100'000;

}  // namespace

RunResult run_for_lesson(const Scenario& scenario) { return run_simulated(scenario); }

PlayedRun played_run(std::string name, std::string title, Trace trace) {
  PlayedRun run;
  run.name = std::move(name);
  run.title = std::move(title);
  run.trace = std::make_unique<const Trace>(std::move(trace));
  run.model = std::make_unique<const Model>(*run.trace);
  return run;
}

LessonWorld::LessonWorld(const Lesson& lesson, const RunScenario& run, std::size_t step_run,
                         std::span<const ScenarioChange> changes,
                         std::optional<std::uint64_t> seed) {
  const std::vector<std::string> scenarios = changed_scenarios(lesson, step_run, changes);
  for (std::size_t i = 0; i < scenarios.size(); ++i) {
    const LessonRun& named = lesson.runs[i];
    Scenario scenario = parse_scenario(scenarios[i], named.scenario_file);
    if (seed) scenario.seed = *seed;
    scenario.event_limit = std::min(scenario.event_limit, lesson_events_max);
    RunResult result = run(scenario);
    if (result.end != RunEnd::finished || result.trace.events.empty()) {
      throw InputError(named.scenario_file, "",
                       "the run does not finish" + (result.why.empty() ? "" : ": " + result.why),
                       "a lesson's runs must end by themselves, within 100000 events");
    }
    runs_.push_back(played_run(named.name, named.title, std::move(result.trace)));
  }
}

TraceDatabase LessonWorld::database(std::size_t run,
                                    std::span<const std::uint32_t> horizons) const {
  TraceDatabase database(model(run), horizons[run]);
  if (runs_.size() == 1) return database;
  for (std::size_t i = 0; i < runs_.size(); ++i) {
    database.attach(runs_[i].name, model(i), horizons[i]);
  }
  return database;
}

TraceDatabase LessonWorld::database(std::size_t run) const {
  return database(run, std::vector<std::uint32_t>(runs_.size(), UINT32_MAX));
}

std::vector<std::uint32_t> LessonWorld::horizons_at(const Lesson& lesson,
                                                    std::span<const std::uint32_t> moments,
                                                    std::size_t step, bool open) const {
  const std::size_t own = lesson.steps[step].run;
  const auto elapsed = [&] {
    return model(own).event(moments[step]).time_ns - model(own).start_ns();
  };
  std::vector<std::uint32_t> horizons;
  for (std::size_t i = 0; i < runs_.size(); ++i) {
    std::size_t asked = 0;  // the first step that asks about this run
    while (asked < lesson.steps.size() &&
           !(lesson.steps[asked].question && lesson.steps[asked].run == i)) {
      ++asked;
    }
    const bool ever = asked < lesson.steps.size();
    if (i == own) {
      horizons.push_back(open ? moments[step] : UINT32_MAX);
    } else if (ever && asked > step) {
      horizons.push_back(moments[asked]);
    } else if (open && !ever) {
      horizons.push_back(model(i).last_event_at(model(i).start_ns() + elapsed()));
    } else {
      horizons.push_back(UINT32_MAX);
    }
  }
  return horizons;
}

}  // namespace proactor_lab
