#include "lessons/player/lesson_page_text.hpp"

#include <algorithm>
#include <utility>

#include "lessons/player/lesson_changes.hpp"
#include "lessons/player/lesson_lifelines.hpp"
#include "lessons/scenario/lesson_json.hpp"
#include "traces/figures/interaction/interaction.hpp"

namespace proactor_lab {

namespace {

using figures::json_text;
using figures::JsonList;

constexpr std::size_t things_max = 200;  // a click question accepts at most this many targets

std::string runs_text(const std::vector<TextRun>& runs) {
  JsonList list('[');
  for (const TextRun& run : runs) {
    list.number(static_cast<std::int64_t>(run.style));
    list.text(run.text);
  }
  return list.take();
}

struct Answer {
  std::string value;
  std::string words;  ///< as JSON; a choice's text includes styles
  std::int64_t target = 0;
};

std::string plain(const std::string& text) { return "[0," + json_text(text) + "]"; }

/// Every possible answer, except for typed numbers.
std::vector<Answer> answers_of(const LessonPlayer& player, const Model& model) {
  const LessonQuestion& question = *player.step().question;
  std::vector<Answer> answers;
  if (question.kind == LessonQuestionKind::choice) {
    for (const ShownChoice& choice : player.page().choices) {
      answers.push_back({choice.value, runs_text(choice.text), 0});
    }
    return answers;
  }
  if (question.kind == LessonQuestionKind::number) return answers;
  const bool roles = player.step().zoom == LessonZoom::roles;
  // Only what was visible while the question was open.
  const std::uint32_t seen = std::min(player.seq(), model.event_count());
  switch (question.target) {
    case ClickTarget::lifeline:
      for (const LifelineName& name : lifeline_names()) {
        const std::string id(roles ? name.role : name.id);
        const bool known = std::any_of(answers.begin(), answers.end(),
                                       [&](const Answer& answer) { return answer.value == id; });
        if (known) continue;
        answers.push_back({id, plain(std::string(roles ? name.role : name.words)),
                           static_cast<std::int64_t>(lifeline_called(id))});
      }
      break;
    case ClickTarget::operation:
      for (const OperationRecord& operation : model.operations()) {
        if (operation.first > seen || answers.size() >= things_max) continue;
        answers.push_back({std::to_string(operation.id),
                           plain(model.name_of_operation(operation.id)), operation.id});
      }
      break;
    case ClickTarget::thread:
      for (const ThreadRecord& thread : model.threads()) {
        if (!thread.spans.empty() && thread.spans.front().from_seq > seen) continue;
        if (answers.size() >= things_max) break;
        answers.push_back(
            {std::to_string(thread.id), plain("thread " + std::to_string(thread.id)), thread.id});
      }
      break;
  }
  return answers;
}

std::string answer_text(const LessonPlayer& player, const Answer& answer, bool judged) {
  JsonList out('{');
  out.member("words", answer.words);
  if (answer.target != 0) out.member("target", std::to_string(answer.target));
  if (judged) {
    const Verdict verdict = player.verdict_if(answer.value);
    out.member("right", verdict.right ? "true" : "false");
    out.member("remark", blocks_text(verdict.feedback));
  }
  return out.take();
}

/// The data with which the page judges a typed number.
void add_number(JsonList& out, const LessonPlayer& player) {
  const LessonQuestion& question = *player.step().question;
  const auto written = [&](const std::string& value) {
    const auto number = parse_number(value, question.unit);
    return number ? OrderedJson(*number).dump() : std::string("null");
  };
  out.member("number", written(player.verdict()->truth_value));
  out.member("tolerance", OrderedJson(question.tolerance).dump());
  JsonList remarks('[');
  for (const Feedback& remark : player.remarks()) {
    JsonList one('[');
    const bool side = remark.value.text == "low" || remark.value.text == "high";
    one.raw(side ? json_text(remark.value.text) : written(remark.value.text));
    one.raw(blocks_text(remark.blocks));
    remarks.raw(one.take());
  }
  out.member("remarks", remarks.take());
}

}  // namespace

std::string blocks_text(const std::vector<TextBlock>& blocks) {
  JsonList list('[');
  for (const TextBlock& block : blocks) {
    JsonList one('[');
    one.number(static_cast<std::int64_t>(block.kind));
    one.number(std::int64_t{block.level});
    one.number(std::int64_t{block.ordinal});
    for (const TextRun& run : block.runs) {
      one.number(static_cast<std::int64_t>(run.style));
      one.text(run.text);
    }
    list.raw(one.take());
  }
  return list.take();
}

std::string question_text(const LessonPlayer& player, const Model& model, bool judged) {
  const LessonQuestion& question = *player.step().question;
  JsonList out('{');
  out.member("kind", json_text(name_of(question.kind)));
  if (question.kind == LessonQuestionKind::click) {
    out.member("target", json_text(name_of(question.target)));
  }
  out.member("unit", json_text(question.unit));
  JsonList answers('[');
  for (const Answer& answer : answers_of(player, model)) {
    answers.raw(answer_text(player, answer, judged));
  }
  out.member("answers", answers.take());
  if (player.verdict()) out.member("truth", json_text(player.verdict()->truth));
  if (judged && question.kind == LessonQuestionKind::number) add_number(out, player);
  return out.take();
}

std::string exercise_text(const LessonPlayer& player, bool solved) {
  const Exercise& exercise = *player.step().exercise;
  JsonList fields('[');
  for (ScenarioChange change : exercise.may_change) {
    change.value = current_value(player.lesson(), player.step().run, change);
    fields.text(change.key() + " = " + change.value);
  }
  JsonList out('{');
  out.member("fields", fields.take());
  if (solved) {
    JsonList solution('[');
    for (const ScenarioChange& change : exercise.solution) {
      solution.text(change.key() + " = " + change.value);
    }
    out.member("solution", solution.take());
  }
  return out.take();
}

}  // namespace proactor_lab
