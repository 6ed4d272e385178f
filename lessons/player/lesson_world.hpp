// The runs of a lesson, and the databases that answer its queries. A world is what a lesson's
// scenarios gave, once; "what if" is another world.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lessons/player/lesson.hpp"
#include "lessons/run/runner.hpp"
#include "traces/model/model.hpp"
#include "traces/query/query.hpp"

namespace proactor_lab {

/// How a scenario becomes a trace. Tests pass their own.
using RunScenario = std::function<RunResult(const Scenario&)>;
/// On the simulated system, in memory.
RunResult run_for_lesson(const Scenario& scenario);

struct PlayedRun {
  std::string name;
  std::string title;
  std::unique_ptr<const Trace> trace;
  std::unique_ptr<const Model> model;  ///< refers to `trace`
};

class LessonWorld {
 public:
  /// Runs every scenario of the lesson after `changes` (one without a run's name goes to
  /// `step_run`), with `seed` instead of the scenarios' own where given. Throws InputError where a
  /// run does not finish.
  LessonWorld(const Lesson& lesson, const RunScenario& run, std::size_t step_run = 0,
              std::span<const ScenarioChange> changes = {},
              std::optional<std::uint64_t> seed = std::nullopt);
  explicit LessonWorld(std::vector<PlayedRun> runs) : runs_(std::move(runs)) {}

  const std::vector<PlayedRun>& runs() const { return runs_; }
  const Model& model(std::size_t run) const { return *runs_[run].model; }

  /// The tables of `run`, and those of every run under its name as prefix. What is later than a
  /// run's horizon is in none of them.
  TraceDatabase database(std::size_t run, std::span<const std::uint32_t> horizons) const;
  TraceDatabase database(std::size_t run) const;

  /// What may be seen of each run by a learner who has come as far as `step`. While its question is
  /// `open`, its run is hidden after the step's moment and the others after the same time from
  /// their start. A run about which an earlier step asked has been revealed and stays so; one about
  /// which only a later step asks stays hidden until then. `moments` are those of all steps.
  std::vector<std::uint32_t> horizons_at(const Lesson& lesson,
                                         std::span<const std::uint32_t> moments, std::size_t step,
                                         bool open) const;

 private:
  std::vector<PlayedRun> runs_;
};

PlayedRun played_run(std::string name, std::string title, Trace trace);

}  // namespace proactor_lab
