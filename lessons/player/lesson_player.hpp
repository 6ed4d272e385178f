// A learner's progress through a lesson: current step and moment, what is visible, what was
// answered. Used by the window and the terminal; draws nothing. The same calls always give the same
// states.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lessons/player/lesson.hpp"
#include "lessons/player/lesson_world.hpp"

namespace proactor_lab {

/// The outcome of a question.
struct Verdict {
  bool right = false;
  bool given_up = false;      ///< revealed without a guess
  std::string value;          ///< the learner's guess, as given
  std::string guess;          ///< the guess in words
  std::string truth;          ///< the right answer in words: a choice's text, "105 ms"
  std::string truth_value;    ///< the query's result
  std::string misconception;  ///< what a wrong guess reveals; empty if unknown
  std::vector<TextBlock> feedback;
};

struct ShownChoice {
  std::string value;  ///< pass this to `answer`
  std::vector<TextRun> text;
};

/// What the lesson pane shows. Numbers are filled in; `TextRun::number` still marks them.
struct LessonPage {
  std::string title;
  std::vector<TextBlock> body;  ///< the first step's includes the introduction
  std::vector<ShownChoice> choices;
  std::vector<TextBlock> reveal;  ///< empty while the question is unanswered
};

struct ShownHighlight {
  std::string kind;
  std::string id;
};

struct Score {
  int right = 0;
  int answered = 0;
  int questions = 0;
};

class LessonPlayer {
 public:
  /// Runs the lesson's scenarios and each query once. Throws InputError, naming the step, if a
  /// query fails or a moment does not exist.
  explicit LessonPlayer(Lesson lesson, const RunScenario& run = run_for_lesson);

  const Lesson& lesson() const { return lesson_; }
  std::size_t step_index() const { return index_; }
  std::size_t step_count() const { return lesson_.steps.size(); }
  const LessonStep& step() const { return lesson_.steps[index_]; }
  const LessonPage& page() const { return page_; }
  const std::vector<ShownHighlight>& highlights() const { return highlights_; }

  /// What the panes show: the lesson's runs, or those of the learner's last try at an exercise.
  const std::vector<PlayedRun>& runs() const { return world().runs(); }
  const Model& model() const { return world().model(step().run); }
  /// The lesson's own runs, even during an exercise.
  const LessonWorld& own_world() const { return *world_; }
  const std::vector<std::uint32_t>& moments() const { return moments_; }
  /// The moment that the step shows.
  std::uint32_t seq() const { return seq_; }
  /// Events after this one must not be shown; UINT32_MAX: all may be shown. An open question still
  /// hides them if the learner goes back to earlier steps. If only a later step asks about a run,
  /// it is hidden until that step.
  std::uint32_t horizon() const { return horizon_of(step().run); }
  std::uint32_t horizon_of(std::size_t run) const { return horizons_[run]; }
  /// True for a run other than the step's that is hidden in part. A figure of several runs should
  /// leave it out.
  bool is_hidden(std::size_t run) const {
    return run != step().run && horizon_of(run) != UINT32_MAX;
  }
  /// The same as time since the run's start, for figures with a time axis; INT64_MAX: no limit.
  std::int64_t horizon_ns_of(std::size_t run) const;
  std::int64_t horizon_ns() const { return horizon_ns_of(step().run); }

  bool question_open() const { return step().question && !verdicts_[index_]; }
  const std::optional<Verdict>& verdict() const { return verdicts_[index_]; }
  const std::optional<Verdict>& verdict_of(std::size_t step) const { return verdicts_[step]; }
  /// Why `value` cannot be an answer to the open question; empty if it can.
  std::string why_not(std::string_view value) const;
  /// REQUIRES an open question and an empty `why_not(value)`; throws std::invalid_argument
  /// otherwise. Choices are given by value, numbers as digits with or without the unit, lifelines
  /// by name, operations and threads by number.
  const Verdict& answer(std::string_view value);
  /// The verdict that `answer` would have given for `value`. Throws std::invalid_argument unless
  /// the step's question is answered.
  Verdict verdict_if(std::string_view value) const;
  /// The feedback for all answers, with values computed and numbers filled in. Throws
  /// std::invalid_argument unless the step's question is answered.
  std::vector<Feedback> remarks() const;
  /// Gives up: shows the right answer without a guess. Throws std::invalid_argument if no question
  /// is open.
  const Verdict& reveal();

  /// Move by one step. Return false and do nothing at an end of the lesson; `next` also while a
  /// question is open.
  bool next();
  bool back();
  bool at_end() const { return index_ + 1 == step_count() && !question_open(); }

  /// Runs the step's exercise with these values in the scenario. Returns true if the goal is
  /// reached; the panes then show the new runs. Throws std::invalid_argument unless `may_try`, and
  /// InputError if the scenario is invalid.
  bool may_try() const;
  bool try_exercise(const std::vector<ScenarioChange>& changes);
  /// Returns to the lesson's own runs.
  void drop_exercise();
  const LessonWorld* tried() const { return tried_.get(); }

  Score score() const;
  /// For use after a file was edited: repeats the answers of `earlier`, a player of the same
  /// lesson, and goes to its step, as far as those steps still exist.
  void resume(const LessonPlayer& earlier);

 private:
  const LessonWorld& world() const { return tried_ ? *tried_ : *world_; }
  const TraceDatabase& full(std::size_t run) const;
  const TraceDatabase& visible() const { return limited_ ? *limited_ : full(step().run); }
  void enter(std::size_t index);
  void refresh();
  void find_moments();
  void try_queries() const;
  std::vector<TextBlock> filled(std::vector<TextBlock> blocks, const TraceDatabase& database) const;
  std::vector<TextRun> filled(std::vector<TextRun> runs, const TraceDatabase& database) const;
  std::string value_of(const AnswerValue& value) const;
  std::string in_words(std::string_view value) const;
  std::string checked_answer(const LessonStep& step, const char* what,
                             const std::string& sql) const;
  Verdict verdict_on(std::string_view guess) const;

  Lesson lesson_;
  RunScenario run_;
  std::unique_ptr<LessonWorld> world_;
  std::unique_ptr<LessonWorld> tried_;
  mutable std::vector<std::optional<TraceDatabase>> databases_;  ///< whole runs, by run
  std::vector<std::uint32_t> moments_;                           ///< by step
  std::vector<std::uint32_t> horizons_;                          ///< by run
  std::optional<TraceDatabase> limited_;          ///< set if a horizon hides something
  std::vector<std::optional<Verdict>> verdicts_;  ///< by step
  std::size_t index_ = 0;
  std::size_t furthest_ = 0;
  std::uint32_t seq_ = 0;
  LessonPage page_;
  std::vector<ShownHighlight> highlights_;
};

/// Parses digits with or without the unit: "315", "315 ms", "0.5". None if `text` is not a number.
std::optional<double> parse_number(std::string_view text, std::string_view unit);

/// True if `value` is a right answer to `question`. `truth` is the query's result.
bool is_right(const LessonQuestion& question, std::string_view value, std::string_view truth);

}  // namespace proactor_lab
