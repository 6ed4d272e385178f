// A learner's way through a lesson: which step, which moment, what may be seen, what was answered.
// The window and the terminal both drive it; it draws nothing. The same calls give the same states.
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

/// What became of a question.
struct Verdict {
  bool right = false;
  bool given_up = false;      ///< revealed without a guess
  std::string value;          ///< the learner's guess, as given
  std::string guess;          ///< the same as they would say it
  std::string truth;          ///< as the lesson would say it: a choice's words, "105 ms"
  std::string truth_value;    ///< the query's own answer
  std::string misconception;  ///< what a wrong guess shows; empty where unknown
  std::vector<TextBlock> feedback;
};

struct ShownChoice {
  std::string value;  ///< give this to `answer`
  std::vector<TextRun> text;
};

/// What the lesson pane shows. Numbers are filled in (`TextRun::number` still marks them).
struct LessonPage {
  std::string title;
  std::vector<TextBlock> body;  ///< of the first step: the lesson's introduction, too
  std::vector<ShownChoice> choices;
  std::vector<TextBlock> reveal;  ///< empty while the question is open
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
  /// Runs the lesson's scenarios and tries every query once. Throws InputError, naming the step,
  /// where one fails or a moment is missing.
  explicit LessonPlayer(Lesson lesson, const RunScenario& run = run_for_lesson);

  const Lesson& lesson() const { return lesson_; }
  std::size_t step_index() const { return index_; }
  std::size_t step_count() const { return lesson_.steps.size(); }
  const LessonStep& step() const { return lesson_.steps[index_]; }
  const LessonPage& page() const { return page_; }
  const std::vector<ShownHighlight>& highlights() const { return highlights_; }

  /// What the panes show: the step's run, or what the learner's last try at an exercise gave.
  const std::vector<PlayedRun>& runs() const { return world().runs(); }
  const Model& model() const { return world().model(step().run); }
  /// The lesson's own runs, whatever the learner tried.
  const LessonWorld& own_world() const { return *world_; }
  const std::vector<std::uint32_t>& moments() const { return moments_; }
  /// The moment that the step pins.
  std::uint32_t seq() const { return seq_; }
  /// Nothing after this event may be reachable; UINT32_MAX where all may be seen. A question that
  /// was asked stays in force when the learner goes back to earlier steps; a run about which only a
  /// later step asks is hidden until then.
  std::uint32_t horizon() const { return horizon_of(step().run); }
  std::uint32_t horizon_of(std::size_t run) const { return horizons_[run]; }
  /// Another run than the step's, of which figures that show several had better leave out all.
  bool is_hidden(std::size_t run) const {
    return run != step().run && horizon_of(run) != UINT32_MAX;
  }
  /// The same as a time from the run's start, for figures with a time axis; INT64_MAX: all.
  std::int64_t horizon_ns_of(std::size_t run) const;
  std::int64_t horizon_ns() const { return horizon_ns_of(step().run); }

  bool question_open() const { return step().question && !verdicts_[index_]; }
  const std::optional<Verdict>& verdict() const { return verdicts_[index_]; }
  const std::optional<Verdict>& verdict_of(std::size_t step) const { return verdicts_[step]; }
  /// Why `value` is no answer to the open question; empty where it is one.
  std::string why_not(std::string_view value) const;
  /// Only while the question is open and `why_not` is empty. Choices by value, numbers as digits
  /// with or without the unit, lifelines by name, operations and threads by number.
  const Verdict& answer(std::string_view value);
  /// What `answer` would have said of `value`, once the step's question is answered.
  Verdict verdict_if(std::string_view value) const;
  /// The remarks on answers to the step's question, likewise: values computed, numbers filled in.
  std::vector<Feedback> remarks() const;
  /// Gives up: shows the truth without a guess.
  const Verdict& reveal();

  /// False, and nothing happens, at an end of the lesson; `next` also while a question is open.
  bool next();
  bool back();
  bool at_end() const { return index_ + 1 == step_count() && !question_open(); }

  /// The exercise of this step, with these values put into the scenario. True where the goal is
  /// reached; the panes then show the new runs. Not while a question is open (`may_try`). Throws
  /// InputError where the scenario refuses.
  bool may_try() const;
  bool try_exercise(const std::vector<ScenarioChange>& changes);
  /// Back to the lesson's own runs.
  void drop_exercise();
  const LessonWorld* tried() const { return tried_.get(); }

  Score score() const;
  /// After a file was edited: answers again what was answered in the same lesson's earlier player,
  /// and goes to the same step, as far as the lesson still has them.
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
  mutable std::vector<std::optional<TraceDatabase>> databases_;  ///< of whole runs, by run
  std::vector<std::uint32_t> moments_;                           ///< by step
  std::vector<std::uint32_t> horizons_;                          ///< by run
  std::optional<TraceDatabase> limited_;          ///< where a horizon hides something
  std::vector<std::optional<Verdict>> verdicts_;  ///< by step
  std::size_t index_ = 0;
  std::size_t furthest_ = 0;
  std::uint32_t seq_ = 0;
  LessonPage page_;
  std::vector<ShownHighlight> highlights_;
};

/// Digits, with or without the unit, as a number: "315", "315 ms", "0.5".
std::optional<double> parse_number(std::string_view text, std::string_view unit);

/// Whether `value` answers `question`, whose truth is `truth`.
bool is_right(const LessonQuestion& question, std::string_view value, std::string_view truth);

}  // namespace proactor_lab
