// A lesson: prose in Markdown, structure in JSON; every number and every answer is a query on a
// trace. LESSON.md describes the files for authors. The files are untrusted: sizes are bounded,
// unknown keys are refused, paths stay inside the lesson's folder and the shared scenarios, and SQL
// runs in a read-only database.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lessons/player/lesson_text.hpp"
#include "traces/format/input_error.hpp"

namespace proactor_lab {

inline constexpr int lesson_format = 1;
inline constexpr std::size_t lesson_file_bytes_max = 1 << 20;

enum class LessonQuestionKind : std::uint8_t { choice, number, click };
enum class ClickTarget : std::uint8_t { lifeline, operation, thread };
enum class Pane : std::uint8_t {
  interaction,
  states,
  activity,
  inspector,
  transport,
  overview,
  code,
  events
};
enum class LessonZoom : std::uint8_t { roles, participants };

/// Replaces one value of a scenario. `value` is JSON text.
struct ScenarioChange {
  std::string run;  ///< a run's name; "*": every run; empty: the step's run
  std::string pointer;
  std::string value;
  std::string key() const { return run.empty() ? pointer : run + ":" + pointer; }
};

/// The value of a choice or a feedback. It may be `{{...}}`, and is then computed from the run.
struct AnswerValue {
  std::string text;  ///< as written
  int number = -1;   ///< index in `Lesson::numbers`; -1: the text is the value
};

struct Choice {
  AnswerValue value;
  std::vector<TextRun> text;
};

/// Shown to a learner who gave this answer. For numbers, `value` may also be "low" or "high".
struct Feedback {
  AnswerValue value;
  std::vector<TextBlock> blocks;
};

struct LessonQuestion {
  LessonQuestionKind kind = LessonQuestionKind::choice;
  ClickTarget target = ClickTarget::lifeline;
  std::string answer;                                 ///< SQL
  double tolerance = 0;                               ///< for numbers: largest accepted deviation
  std::string unit;                                   ///< for numbers: such as "ms"
  bool always = false;                                ///< the answer holds for every seed
  std::vector<ScenarioChange> changes_if;             ///< after these, the answer differs
  std::map<std::string, std::string> misconceptions;  ///< wrong answer, as written: what it reveals
  std::vector<Choice> choices;
  std::vector<Feedback> feedback;
};

struct Exercise {
  std::vector<ScenarioChange> may_change;  ///< `value` is empty; the learner provides it
  std::string goal;                        ///< SQL; reached if the result is not 0 and not empty
  std::vector<ScenarioChange> solution;    ///< one way to reach it; used by the linter
};

/// Something to highlight. `id` is a number, a lifeline's name, or SQL that returns a number.
struct Highlight {
  std::string kind;  ///< "event", "operation", "thread", "handle" or "lifeline"
  std::string id;
  bool is_query = false;
};

struct LessonStep {
  std::string id;
  std::string title;    ///< may be empty
  std::size_t run = 0;  ///< index in `Lesson::runs`
  std::string at;       ///< SQL for the moment's `seq`; empty: the previous step's, or 1
  std::vector<Pane> panes;
  LessonZoom zoom = LessonZoom::participants;
  std::vector<Highlight> highlights;
  std::optional<LessonQuestion> question;
  std::optional<Exercise> exercise;
  std::vector<TextBlock> body;
  std::vector<TextBlock> reveal;  ///< shown once the question is answered
};

struct LessonRun {
  std::string name;   ///< prefix of its tables; "run" if there is only one run
  std::string title;  ///< shown to people: "One thread"
  std::string scenario_file;
  std::string scenario;  ///< the file's JSON with the lesson's seed
};

struct LessonNumber {
  std::string name;  ///< as written between the braces
  std::string sql;
};

struct Lesson {
  std::string file;       ///< lesson.json, for messages
  std::string text_file;  ///< lesson.md, for messages
  std::string id;
  std::string title;
  int part = 1;
  int place = 0;  ///< position among the lessons of its part
  int minutes = 0;
  std::vector<LessonRun> runs;
  std::vector<LessonNumber> numbers;
  std::vector<TextBlock> introduction;  ///< between the title and the first step
  std::vector<LessonStep> steps;

  int question_count() const;
};

/// Reads `folder/lesson.json` and the files that it names. `root` is the folder that contains
/// `scenarios/`. Throws InputError.
Lesson read_lesson(const std::filesystem::path& folder, const std::filesystem::path& root);

/// Folders with a lesson.json directly beneath `root` or `root/course`, sorted by name.
std::vector<std::filesystem::path> lesson_folders(const std::filesystem::path& root);

std::string_view name_of(Pane pane);
std::string_view name_of(LessonQuestionKind kind);
std::string_view name_of(ClickTarget target);

/// Names of the lifelines that a click may select, and how a terminal displays them.
struct LifelineName {
  std::string_view id;     ///< "queue"
  std::string_view role;   ///< "dispatcher": its role at the coarsest zoom
  std::string_view words;  ///< "Completion Event Queue"
};
const std::vector<LifelineName>& lifeline_names();

}  // namespace proactor_lab
