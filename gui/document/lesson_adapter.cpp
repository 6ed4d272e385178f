#include "gui/document/lesson_adapter.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "lessons/player/lesson_changes.hpp"
#include "lessons/player/lesson_lifelines.hpp"

namespace proactor_lab::gui {

using figures::Lifeline;
using figures::Target;

namespace {

std::string number_text(std::uint32_t id) { return std::to_string(id); }

/// The player's name for what was clicked; empty if it cannot be an answer.
std::string answer_text(ClickTarget wanted, const Target& click) {
  if (wanted == ClickTarget::lifeline && click.kind == Target::Kind::lifeline) {
    return std::string(id_of_lifeline(static_cast<Lifeline>(click.id)));
  }
  if (wanted == ClickTarget::operation && click.kind == Target::Kind::operation) {
    return number_text(click.id);
  }
  if (wanted == ClickTarget::thread && click.kind == Target::Kind::thread) {
    return number_text(click.id);
  }
  return {};
}

std::optional<Target> target_of(const ShownHighlight& highlight) {
  if (highlight.kind == "lifeline") {
    const Lifeline lifeline = lifeline_called(highlight.id);
    if (lifeline == Lifeline::none) return std::nullopt;
    return Target{Target::Kind::lifeline, static_cast<std::uint32_t>(lifeline)};
  }
  std::uint32_t id = 0;
  const std::string& text = highlight.id;
  if (std::from_chars(text.data(), text.data() + text.size(), id).ec != std::errc{}) {
    return std::nullopt;
  }
  if (highlight.kind == "event") return Target{Target::Kind::event, id};
  if (highlight.kind == "operation") return Target{Target::Kind::operation, id};
  if (highlight.kind == "thread") return Target{Target::Kind::thread, id};
  if (highlight.kind == "handle") return Target{Target::Kind::handle, id};
  return std::nullopt;
}

/// The label and unit for a JSON pointer: "/back_ends/0/answer_after_ms" gives "answer after" and
/// "ms". A word too short to be clear is preceded by its parent's name: "send at".
ExerciseField field_of(std::string_view pointer) {
  constexpr std::size_t telling_length = 4;
  ExerciseField field;
  std::vector<std::string> names;
  while (!pointer.empty()) {
    pointer.remove_prefix(1);
    const std::size_t end = std::min(pointer.find('/'), pointer.size());
    const std::string_view part = pointer.substr(0, end);
    pointer.remove_prefix(end);
    const bool index = part.find_first_not_of("0123456789") == std::string_view::npos;
    if (!index) names.emplace_back(part);
  }
  if (names.empty()) return field;
  std::string last = names.back();
  for (const std::string_view unit : {"ms", "us", "ns"}) {
    if (!last.ends_with("_" + std::string{unit})) continue;
    last.resize(last.size() - unit.size() - 1);
    field.unit = unit == "us" ? "µs" : unit;
    break;
  }
  if (last.size() < telling_length && names.size() > 1) last = names[names.size() - 2] + " " + last;
  field.label = last;
  std::replace(field.label.begin(), field.label.end(), '_', ' ');
  return field;
}

class PlayerSession : public LessonSession {
 public:
  explicit PlayerSession(std::unique_ptr<LessonPlayer> player) : player_(std::move(player)) {
    refresh();
  }

  const PageView& page() const override { return page_; }

  std::vector<NamedRun> runs() const override {
    std::vector<NamedRun> runs;
    for (std::size_t i = 0; i < player_->runs().size(); ++i) {
      const PlayedRun& run = player_->runs()[i];
      const bool another = i != player_->step().run;
      const std::int64_t horizon_ns = player_->is_hidden(i) ? -1 : player_->horizon_ns_of(i);
      runs.push_back({run.title, run.model.get(), horizon_ns, another && horizon_ns == INT64_MAX});
    }
    return runs;
  }

  void back() override {
    player_->back();
    given_ = {};
    refresh();
  }

  void next() override {
    player_->next();
    given_ = {};
    refresh();
  }

  std::string reveal(const GivenAnswer& answer) override {
    if (!player_->question_open()) return {};
    if (!answer.given()) {
      player_->reveal();
    } else {
      const std::string value = value_of(answer);
      std::string problem =
          value.empty() ? "That is not what the question asks for." : player_->why_not(value);
      if (!problem.empty()) return problem;
      player_->answer(value);
    }
    given_ = answer;
    refresh();
    return {};
  }

  std::string try_exercise(const std::vector<std::string>& values) override {
    if (!player_->may_try()) return {};
    std::vector<ScenarioChange> changes = player_->step().exercise->may_change;
    for (std::size_t i = 0; i < changes.size(); ++i) {
      changes[i].value = i < values.size() ? values[i] : std::string{};
    }
    std::erase_if(changes, [](const ScenarioChange& change) { return change.value.empty(); });
    try {
      reached_ = false;
      if (changes.empty()) {
        player_->drop_exercise();
      } else {
        reached_ = player_->try_exercise(changes);
      }
    } catch (const InputError& error) {
      return std::string{"The scenario refuses that: "} + error.what();
    }
    refresh();
    return {};
  }

 private:
  ExerciseView exercise_view() const {
    ExerciseView view;
    view.tried = player_->tried() != nullptr;
    view.reached = view.tried && reached_;
    for (const ScenarioChange& change : player_->step().exercise->may_change) {
      ExerciseField field = field_of(change.pointer);
      field.value = current_value(player_->lesson(), player_->step().run, change);
      view.fields.push_back(std::move(field));
    }
    return view;
  }

  std::string value_of(const GivenAnswer& answer) const {
    const LessonQuestion& question = *player_->step().question;
    switch (question.kind) {
      case LessonQuestionKind::choice: {
        const auto& choices = player_->page().choices;
        return answer.choice && *answer.choice < choices.size() ? choices[*answer.choice].value
                                                                : std::string{};
      }
      case LessonQuestionKind::number:
        return answer.number;
      case LessonQuestionKind::click:
        return answer_text(question.target, answer.click);
    }
    return {};
  }

  QuestionView question_view() const {
    const LessonQuestion& question = *player_->step().question;
    QuestionView view;
    view.kind = static_cast<QuestionView::Kind>(question.kind);
    view.unit = question.unit;
    const auto& verdict = player_->verdict();
    view.answered = verdict.has_value();
    view.answer = given_;
    if (verdict) {
      view.correct = verdict->right;
      view.right_answer = verdict->truth;
    }
    for (const ShownChoice& choice : player_->page().choices) {
      view.choices.push_back(
          {plain_text(choice.text), verdict && choice.value == verdict->truth_value});
      // The learner returned to an answered question: find the guess by its words.
      if (verdict && !verdict->guess.empty() && plain_text(choice.text) == verdict->guess) {
        view.answer.choice = view.choices.size() - 1;
      }
    }
    if (verdict && question.kind == LessonQuestionKind::number && view.answer.number.empty()) {
      view.answer.number = verdict->guess;
    }
    return view;
  }

  void refresh() {
    const Lesson& lesson = player_->lesson();
    const LessonStep& step = player_->step();
    const auto& shown = player_->page();
    page_ = {};
    page_.part = "Part " + std::to_string(lesson.part);
    page_.lesson_title = lesson.title;
    page_.title = shown.title;
    page_.step = player_->step_index();
    page_.step_count = player_->step_count();
    page_.blocks = shown.body;
    page_.reveal = shown.reveal;
    page_.has_back = player_->step_index() > 0;
    page_.has_next = player_->step_index() + 1 < player_->step_count();
    page_.run = step.run;
    page_.at = player_->seq();
    page_.horizon = player_->horizon();
    page_.horizon_ns = player_->horizon_ns();
    page_.zoom =
        step.zoom == LessonZoom::roles ? figures::Zoom::roles : figures::Zoom::participants;
    const auto wants = [&](Pane pane) {
      return std::find(step.panes.begin(), step.panes.end(), pane) != step.panes.end();
    };
    if (!step.panes.empty()) {
      page_.panes = {wants(Pane::states), wants(Pane::inspector), wants(Pane::code),
                     wants(Pane::events), wants(Pane::transport) || wants(Pane::overview)};
    }
    page_.activity = wants(Pane::activity) && !wants(Pane::interaction);
    if (step.question) page_.question = question_view();
    if (player_->may_try()) page_.exercise = exercise_view();
    if (player_->verdict()) page_.feedback = player_->verdict()->feedback;
    for (const ShownHighlight& highlight : player_->highlights()) {
      if (!page_.selection) page_.selection = target_of(highlight);
    }
  }

  std::unique_ptr<LessonPlayer> player_;
  GivenAnswer given_;
  bool reached_ = false;  ///< the exercise's goal, by the last try
  PageView page_;
};

}  // namespace

std::unique_ptr<LessonSession> session_of(std::unique_ptr<LessonPlayer> player) {
  return std::make_unique<PlayerSession>(std::move(player));
}

}  // namespace proactor_lab::gui
