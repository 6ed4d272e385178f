#include "lessons/player/lesson_lint.hpp"

#include <algorithm>
#include <optional>

#include "lessons/player/lesson_distortion.hpp"
#include "lessons/player/lesson_player.hpp"

namespace proactor_lab {
namespace {

bool is_word_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

/// True if `text` contains a separate number. The digits in "POSA2" and "io_uring2" belong to
/// names.
bool has_bare_number(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] < '0' || text[i] > '9') continue;
    std::size_t end = i;
    while (end < text.size() && text[end] >= '0' && text[end] <= '9') ++end;
    const bool joined = (i > 0 && is_word_character(text[i - 1])) ||
                        (end < text.size() && is_word_character(text[end]));
    if (!joined) return true;
    i = end;
  }
  return false;
}

class Linter {
 public:
  Linter(const Lesson& lesson, const RunScenario& run)
      : lesson_(lesson), run_([this, run](const Scenario& scenario) {
          ++report_.runs;
          return run(scenario);
        }) {}

  LintReport lint() {
    report_.questions = lesson_.question_count();
    if (report_.questions < questions_min) {
      find("", "asks " + std::to_string(report_.questions) +
                   " question(s); a lesson asks at least " + std::to_string(questions_min));
    }
    try {
      player_.emplace(lesson_, run_);  // runs everything and tries every query
      check_order();
      for (index_ = 0; index_ < lesson_.steps.size(); ++index_) check_step();
      check_always();
    } catch (const InputError& error) {
      find(error.place(), error.problem());
    } catch (const QueryError& error) {
      find(place(), error.what());
    }
    return std::move(report_);
  }

 private:
  void find(std::string where, std::string problem) {
    report_.findings.push_back({std::move(where), std::move(problem)});
  }
  std::string place() const { return "step '" + lesson_.steps[index_].id + "'"; }
  void find(std::string problem) { find(place(), std::move(problem)); }

  std::string ask(const TraceDatabase& database, const std::string& sql) {
    ++report_.queries;
    return database.answer(sql);
  }

  void check_order() {
    std::vector<std::uint32_t> latest(lesson_.runs.size(), 0);
    for (std::size_t i = 0; i < lesson_.steps.size(); ++i) {
      const LessonStep& step = lesson_.steps[i];
      const std::uint32_t moment = player_->moments()[i];
      if (moment < latest[step.run]) {
        find("step '" + step.id + "'", "its moment, event " + std::to_string(moment) +
                                           ", lies before that of an earlier step, event " +
                                           std::to_string(latest[step.run]));
      }
      latest[step.run] = std::max(latest[step.run], moment);
    }
  }

  void check_step() {
    const LessonStep& step = lesson_.steps[index_];
    const LessonWorld& world = player_->own_world();
    const TraceDatabase whole = world.database(step.run);
    const TraceDatabase seen = world.database(
        step.run,
        world.horizons_at(lesson_, player_->moments(), index_, step.question.has_value()));
    const TraceDatabase answered =
        world.database(step.run, world.horizons_at(lesson_, player_->moments(), index_, false));
    if (has_bare_number(step.title)) find("its title has a number that no query proves");
    if (index_ == 0) check_prose(lesson_.introduction, seen, whole);
    check_prose(step.body, seen, whole);
    check_prose(step.reveal, answered, whole);
    for (const Highlight& highlight : step.highlights) {
      if (highlight.is_query && ask(seen, highlight.id).empty()) {
        find("the highlight '" + highlight.kind + "' finds nothing at this moment");
      }
    }
    if (step.question) check_question(*step.question, answered, whole);
    if (step.exercise) check_exercise(*step.exercise, whole);
  }

  /// `seen`: what the learner may know when reading this
  void check_prose(const std::vector<TextBlock>& blocks, const TraceDatabase& seen,
                   const TraceDatabase& whole) {
    for (const TextBlock& block : blocks) check_prose(block.runs, seen, whole, false);
  }

  void check_prose(const std::vector<TextRun>& runs, const TraceDatabase& seen,
                   const TraceDatabase& whole, bool may_have_digits) {
    for (const TextRun& run : runs) {
      if (run.number < 0) {
        if (!may_have_digits && run.style != RunStyle::code && has_bare_number(run.text)) {
          find("a number that no query proves in \"" + run.text.substr(0, 60) +
               "\"; write {{query}} or spell it");
        }
        continue;
      }
      const LessonNumber& number = lesson_.numbers[static_cast<std::size_t>(run.number)];
      const std::string value = ask(whole, number.sql);
      if (value.empty()) {
        find("{{" + number.name + "}} gives nothing");
      } else if (ask(seen, number.sql) != value) {
        find("{{" + number.name + "}} needs what a question still hides");
      }
    }
  }

  std::string value_of(const AnswerValue& value, const TraceDatabase& whole) {
    if (value.number < 0) return value.text;
    return ask(whole, lesson_.numbers[static_cast<std::size_t>(value.number)].sql);
  }

  void check_question(const LessonQuestion& question, const TraceDatabase& answered,
                      const TraceDatabase& whole) {
    const std::string truth = ask(whole, question.answer);
    if (truth.empty()) return find("the answer's query gives nothing");
    check_form(question, truth, whole);
    std::vector<std::string> remarked;
    for (const Feedback& feedback : question.feedback) {
      check_prose(feedback.blocks, answered, whole);
      remarked.push_back(feedback.value.text);
      const bool is_side = question.kind == LessonQuestionKind::number &&
                           (feedback.value.text == "low" || feedback.value.text == "high");
      if (!is_side && !can_be_given(question, value_of(feedback.value, whole), whole)) {
        find("feedback for [" + feedback.value.text + "], which nobody can answer");
      }
    }
    for (const auto& [value, id] : question.misconceptions) {
      if (std::find(remarked.begin(), remarked.end(), value) == remarked.end()) {
        find("no feedback '> [" + value + "] ...' for the misconception " + id);
      }
      if (is_right(question, value, truth)) {
        find("[" + value + "] is called the misconception " + id + ", but it is right");
      }
    }
    if (!question.changes_if.empty()) check_change(question, truth);
  }

  void check_form(const LessonQuestion& question, const std::string& truth,
                  const TraceDatabase& whole) {
    if (question.kind == LessonQuestionKind::choice) {
      std::vector<std::string> values;
      for (const Choice& choice : question.choices) {
        check_prose(choice.text, whole, whole, true);
        values.push_back(value_of(choice.value, whole));
        if (std::count(values.begin(), values.end(), values.back()) > 1) {
          find("two choices have the value '" + values.back() + "'");
        }
      }
    }
    if (!can_be_given(question, truth, whole)) {
      find("the answer '" + truth + "' is none that a learner could give");
    }
  }

  bool can_be_given(const LessonQuestion& question, const std::string& value,
                    const TraceDatabase& whole) {
    switch (question.kind) {
      case LessonQuestionKind::choice:
        return std::any_of(
            question.choices.begin(), question.choices.end(),
            [&](const Choice& choice) { return value_of(choice.value, whole) == value; });
      case LessonQuestionKind::number:
        return parse_number(value, question.unit).has_value();
      case LessonQuestionKind::click:
        break;
    }
    if (question.target == ClickTarget::lifeline) {
      const bool roles = lesson_.steps[index_].zoom == LessonZoom::roles;
      const auto& names = lifeline_names();
      return std::any_of(names.begin(), names.end(), [&](const LifelineName& name) {
        return name.role == value || (!roles && name.id == value);
      });
    }
    const bool number = !value.empty() && value.size() < 10 &&
                        value.find_first_not_of("0123456789") == std::string::npos;
    const char* table = question.target == ClickTarget::operation ? "operations" : "threads";
    return number &&
           !ask(whole, std::string("SELECT id FROM ") + table + " WHERE id=" + value).empty();
  }

  void check_change(const LessonQuestion& question, const std::string& truth) {
    const std::size_t run = lesson_.steps[index_].run;
    const LessonWorld world(lesson_, run_, run, question.changes_if);
    const std::string changed = ask(world.database(run), question.answer);
    if (changed.empty()) {
      find("after 'changes_if' the answer's query gives nothing");
    } else if (is_right(question, changed, truth)) {
      find("'changes_if' leaves the answer at '" + truth +
           "': the query is constant, or the change does not matter");
    }
  }

  void check_exercise(const Exercise& exercise, const TraceDatabase& whole) {
    const auto is_true = [](const std::string& value) { return !value.empty() && value != "0"; };
    if (is_true(ask(whole, exercise.goal))) find("the exercise's goal is reached from the start");
    const std::size_t run = lesson_.steps[index_].run;
    const LessonWorld world(lesson_, run_, run, exercise.solution);
    if (!is_true(ask(world.database(run), exercise.goal))) {
      find("the exercise's solution does not reach its goal");
    }
  }

  /// For each question that says `always`: looks for a seed with another answer, and checks that
  /// the answer's query depends on the run at all.
  void check_always() {
    std::vector<std::size_t> steps;
    for (std::size_t i = 0; i < lesson_.steps.size(); ++i) {
      if (lesson_.steps[i].question && lesson_.steps[i].question->always) steps.push_back(i);
    }
    if (steps.empty()) return;
    std::vector<bool> refuted(lesson_.steps.size(), false);
    for (std::uint64_t seed = 1; seed <= lint_seeds; ++seed) {
      const LessonWorld world(lesson_, run_, 0, {}, seed);
      for (const std::size_t i : steps) {
        const LessonStep& step = lesson_.steps[index_ = i];
        const std::string truth = own_truth(step);
        const std::string answer = ask(world.database(step.run), step.question->answer);
        if (refuted[i] || is_right(*step.question, answer, truth)) continue;
        refuted[i] = true;
        find("'always' does not hold: with seed " + std::to_string(seed) + " the answer is '" +
             answer + "' instead of '" + truth + "'");
      }
    }
    for (const std::size_t i : steps) {
      index_ = i;
      if (!depends_on_run(lesson_.steps[i])) {
        find("the answer's query gives '" + own_truth(lesson_.steps[i]) +
             "' whatever happens: it says nothing about the run");
      }
    }
  }

  std::string own_truth(const LessonStep& step) {
    return ask(player_->own_world().database(step.run), step.question->answer);
  }

  bool depends_on_run(const LessonStep& step) {
    const std::string truth = own_truth(step);
    std::vector<std::vector<Trace>> distortions;  // by run
    for (const PlayedRun& run : player_->own_world().runs()) {
      distortions.push_back(distorted(*run.trace));
    }
    std::size_t most = 0;
    for (const auto& traces : distortions) most = std::max(most, traces.size());
    for (std::size_t k = 0; k < most; ++k) {
      std::vector<PlayedRun> runs;
      for (std::size_t i = 0; i < distortions.size(); ++i) {
        runs.push_back(played_run(lesson_.runs[i].name, lesson_.runs[i].title,
                                  distortions[i][k % distortions[i].size()]));
      }
      const LessonWorld world(std::move(runs));
      const std::string answer = ask(world.database(step.run), step.question->answer);
      // An empty answer proves nothing, because a constant with a WHERE clause may give one, too.
      if (!answer.empty() && !is_right(*step.question, answer, truth)) return true;
    }
    return false;
  }

  const Lesson& lesson_;
  RunScenario run_;
  LintReport report_;
  std::optional<LessonPlayer> player_;
  std::size_t index_ = 0;
};

}  // namespace

LintReport lint_lesson(const Lesson& lesson, const RunScenario& run) {
  return Linter(lesson, run).lint();
}

}  // namespace proactor_lab
