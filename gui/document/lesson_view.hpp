// A lesson as the window needs it: a page to show and a few buttons to press. The lessons' own
// engine stands behind `LessonSession`; lesson_adapter.cpp is where the two meet.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lessons/player/lesson_text.hpp"
#include "traces/figures/interaction/interaction.hpp"
#include "traces/figures/scene.hpp"
#include "traces/model/model.hpp"

namespace proactor_lab::gui {

/// The panes beside the stage that can be away. A lesson names those it needs.
struct PaneSet {
  bool states = true;
  bool inspector = true;
  bool code = true;
  bool events = true;
  bool transport = true;
  friend bool operator==(const PaneSet&, const PaneSet&) = default;
};

/// What a learner has given, not yet revealed; which part counts follows from the question.
struct GivenAnswer {
  std::optional<std::size_t> choice;
  std::string number;     ///< as typed
  figures::Target click;  ///< on the diagram
  bool given() const {
    return choice || !number.empty() || click.kind != figures::Target::Kind::none;
  }
};

struct ChoiceView {
  std::string text;
  bool correct = false;  ///< meaningful once answered
};

struct QuestionView {
  enum class Kind : std::uint8_t { choice, number, click };
  Kind kind = Kind::choice;
  std::string text;  ///< empty where the prose asks it
  std::string unit;  ///< of a number
  std::vector<ChoiceView> choices;
  std::string right_answer;  ///< in words, once answered
  bool answered = false;     ///< revealed: the future is open again
  bool correct = false;      ///< once answered
  GivenAnswer answer;        ///< once answered
};

/// One value of the scenario that the learner may change.
struct ExerciseField {
  std::string label;  ///< "back ends 1: answer after"
  std::string unit;   ///< "ms", or empty
  std::string value;  ///< what it is in the lesson's own run
};

/// A goal to reach by changing the scenario and running it again.
struct ExerciseView {
  std::vector<ExerciseField> fields;
  bool tried = false;  ///< the runs on show are the learner's
  bool reached = false;
};

/// What a learner types into an exercise's fields.
struct ExerciseInput {
  std::optional<std::size_t> focus;  ///< the field that takes what is typed
  std::vector<std::string> values;   ///< empty: as it is
};

/// One step, ready to be shown: every number is filled in.
struct PageView {
  std::string part;  ///< "Part 1", may be empty
  std::string lesson_title;
  std::string title;     ///< of the step
  std::size_t step = 0;  ///< from 0
  std::size_t step_count = 0;
  std::vector<TextBlock> blocks;
  std::optional<QuestionView> question;
  std::vector<TextBlock> feedback;  ///< to the answer given, after the reveal
  std::vector<TextBlock> reveal;    ///< to everybody, after the reveal
  std::string hint;
  std::optional<ExerciseView> exercise;  ///< where there is one and no question is open
  bool has_back = false;
  bool has_next = false;

  std::size_t run = 0;                  ///< which of the session's runs
  std::uint32_t at = 0;                 ///< the moment this step pins
  std::uint32_t horizon = UINT32_MAX;   ///< nothing after it may be seen
  std::int64_t horizon_ns = INT64_MAX;  ///< the same as time since each run's start
  bool activity = false;                ///< the stage it asks for
  PaneSet panes;                        ///< what it needs beside the stage
  std::optional<figures::Zoom> zoom;
  std::optional<figures::Target> selection;

  bool question_open() const { return question && !question->answered; }
};

/// A run under the name that the activity diagram gives it.
struct NamedRun {
  std::string title;  ///< "One thread"
  const Model* model = nullptr;
  std::int64_t horizon_ns = INT64_MAX;  ///< a question hides what is later; negative: all of it
  bool seen = false;                    ///< beside the run one is in: shown whole
};

class LessonSession {
 public:
  virtual ~LessonSession() = default;

  virtual const PageView& page() const = 0;
  /// Valid until the next call that changes something.
  virtual std::vector<NamedRun> runs() const = 0;

  virtual void back() = 0;
  virtual void next() = 0;
  /// Answers the open question, or gives up where nothing was given. Returns what is wrong with the
  /// answer, in words, where it is none; empty where it was taken.
  virtual std::string reveal(const GivenAnswer& answer) = 0;
  /// Runs the scenario anew with these values, one for each field of the exercise; where all are
  /// empty the lesson's own run comes back. Returns what is wrong with them, in words, if anything.
  virtual std::string try_exercise(const std::vector<std::string>& values) = 0;
};

}  // namespace proactor_lab::gui
