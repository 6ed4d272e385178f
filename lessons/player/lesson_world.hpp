// The runs of a lesson, and the databases that answer its queries. A world holds the results of
// running the lesson's scenarios once; each "what if" has another world.
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

/// Runs a scenario and returns its trace. Tests pass their own function.
using RunScenario = std::function<RunResult(const Scenario&)>;
/// Runs on the simulated system, in memory.
RunResult run_for_lesson(const Scenario& scenario);

struct PlayedRun {
  std::string name;
  std::string title;
  std::unique_ptr<const Trace> trace;
  std::unique_ptr<const Model> model;  ///< refers to `trace`
};

class LessonWorld {
 public:
  /// Runs every scenario of the lesson after `changes`; a change without a run's name applies to
  /// `step_run`. If `seed` is given, it replaces the scenarios' seeds. Throws InputError if a run
  /// does not finish.
  LessonWorld(const Lesson& lesson, const RunScenario& run, std::size_t step_run = 0,
              std::span<const ScenarioChange> changes = {},
              std::optional<std::uint64_t> seed = std::nullopt);
  explicit LessonWorld(std::vector<PlayedRun> runs) : runs_(std::move(runs)) {}

  const std::vector<PlayedRun>& runs() const { return runs_; }
  const Model& model(std::size_t run) const { return *runs_[run].model; }

  /// A database with the tables of `run`, and those of every run with its name as prefix. Events
  /// after a run's horizon are not in the tables.
  TraceDatabase database(std::size_t run, std::span<const std::uint32_t> horizons) const;
  TraceDatabase database(std::size_t run) const;

  /// The last visible event of each run for a learner who has reached `step`; UINT32_MAX: all
  /// visible. While the step's question is `open`, its own run is hidden after the step's moment,
  /// and runs about which no step asks are hidden after the same time since their start. A run
  /// about which an earlier step asked remains visible. A run about which only a later step asks is
  /// hidden after that step's moment. `moments` are those of all steps.
  std::vector<std::uint32_t> horizons_at(const Lesson& lesson,
                                         std::span<const std::uint32_t> moments, std::size_t step,
                                         bool open) const;

 private:
  std::vector<PlayedRun> runs_;
};

PlayedRun played_run(std::string name, std::string title, Trace trace);

}  // namespace proactor_lab
