// A lesson as the window needs it: a page to show and operations for its buttons.
// lesson_adapter.cpp implements `LessonSession` with the lessons' own engine.
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

/// The panes beside the stage that can be hidden. A lesson names those it needs.
struct PaneSet {
  bool states = true;
  bool inspector = true;
  bool code = true;
  bool events = true;
  bool transport = true;
  friend bool operator==(const PaneSet&, const PaneSet&) = default;
};

/// What a learner has entered and not yet revealed. The question's kind determines which part
/// counts.
struct GivenAnswer {
  std::optional<std::size_t> choice;
  std::string number;     ///< as typed
  figures::Target click;  ///< a target on the diagram
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
  std::string text;  ///< empty if the prose asks the question
  std::string unit;  ///< for numbers
  std::vector<ChoiceView> choices;
  std::string right_answer;  ///< as text, once answered
  bool answered = false;     ///< revealed: later events are visible again
  bool correct = false;      ///< once answered
  GivenAnswer answer;        ///< once answered
};

/// One value of the scenario that the learner may change.
struct ExerciseField {
  std::string label;  ///< "back ends 1: answer after"
  std::string unit;   ///< "ms", or empty
  std::string value;  ///< its value in the lesson's own run
};

/// A goal that the learner reaches by changing the scenario and running it again.
struct ExerciseView {
  std::vector<ExerciseField> fields;
  bool tried = false;  ///< the runs shown are those of the learner's last try
  bool reached = false;
};

/// What a learner has typed into an exercise's fields.
struct ExerciseInput {
  std::optional<std::size_t> focus;  ///< the field that receives typed characters
  std::vector<std::string> values;   ///< one per field; empty: keep the value
};

/// One step, ready to be shown; every number is filled in.
struct PageView {
  std::string part;  ///< "Part 1", may be empty
  std::string lesson_title;
  std::string title;     ///< of the step
  std::size_t step = 0;  ///< from 0
  std::size_t step_count = 0;
  std::vector<TextBlock> blocks;
  std::optional<QuestionView> question;
  std::vector<TextBlock> feedback;  ///< feedback to the given answer
  std::vector<TextBlock> reveal;    ///< shown to every learner, after the reveal
  std::string hint;
  std::optional<ExerciseView> exercise;  ///< set if there is one and no question is open
  bool has_back = false;
  bool has_next = false;

  std::size_t run = 0;                  ///< index in the session's runs
  std::uint32_t at = 0;                 ///< the moment that this step shows
  std::uint32_t horizon = UINT32_MAX;   ///< the last event that may be shown
  std::int64_t horizon_ns = INT64_MAX;  ///< the same, as time since each run's start
  bool activity = false;                ///< the step asks for the activity diagram
  PaneSet panes;                        ///< the panes that it needs beside the stage
  std::optional<figures::Zoom> zoom;
  std::optional<figures::Target> selection;

  bool question_open() const { return question && !question->answered; }
};

/// A run with its title in the activity diagram.
struct NamedRun {
  std::string title;  ///< "One thread"
  const Model* model = nullptr;
  std::int64_t horizon_ns = INT64_MAX;  ///< a question hides later events; negative: all
  bool seen = false;                    ///< shown whole beside the current run
};

class LessonSession {
 public:
  virtual ~LessonSession() = default;

  virtual const PageView& page() const = 0;
  /// Valid until the next call of a non-const function.
  virtual std::vector<NamedRun> runs() const = 0;

  virtual void back() = 0;
  virtual void next() = 0;
  /// Answers the open question, or gives up if `answer` is empty. Returns an empty string if the
  /// answer was accepted, otherwise text that says what is wrong with it.
  virtual std::string reveal(const GivenAnswer& answer) = 0;
  /// Runs the scenario again with these values, one per field of the exercise. If all values are
  /// empty, returns to the lesson's own run. Returns text that says what is wrong with the values,
  /// or an empty string.
  virtual std::string try_exercise(const std::vector<std::string>& values) = 0;
};

}  // namespace proactor_lab::gui
