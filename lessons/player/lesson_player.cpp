#include "lessons/player/lesson_player.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <stdexcept>

#include "lessons/scenario/lesson_json.hpp"

namespace proactor_lab {
namespace {

std::uint32_t to_seq(std::string_view text) {
  std::uint32_t seq = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seq);
  return error == std::errc{} && end == text.data() + text.size() ? seq : 0;
}

/// A query's answer for display in prose. Replaces control characters, because labels come from
/// files and must not control a terminal.
std::string shown(std::string value) {
  if (value.empty()) return "?";
  for (char& c : value) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  }
  return value;
}

std::string_view without_hash(std::string_view value) {
  return value.starts_with('#') ? value.substr(1) : value;
}

const LifelineName* find_lifeline(std::string_view id) {
  for (const LifelineName& name : lifeline_names()) {
    if (name.id == id) return &name;
  }
  return nullptr;
}

bool is_lifeline_role(std::string_view role) {
  const auto& names = lifeline_names();
  return std::any_of(names.begin(), names.end(),
                     [&](const LifelineName& name) { return name.role == role; });
}

}  // namespace

std::optional<double> parse_number(std::string_view text, std::string_view unit) {
  const auto trim = [&] {
    while (text.starts_with(' ')) text.remove_prefix(1);
    while (text.ends_with(' ')) text.remove_suffix(1);
  };
  trim();
  if (!unit.empty() && text.ends_with(unit)) text.remove_suffix(unit.size());
  trim();
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) {
    return std::nullopt;
  }
  return value;
}

bool is_right(const LessonQuestion& question, std::string_view value, std::string_view truth) {
  switch (question.kind) {
    case LessonQuestionKind::choice:
      return value == truth;
    case LessonQuestionKind::number: {
      const auto guess = parse_number(value, question.unit);
      const auto number = parse_number(truth, question.unit);
      return guess && number && std::abs(*guess - *number) <= question.tolerance;
    }
    case LessonQuestionKind::click:
      break;
  }
  if (question.target != ClickTarget::lifeline) return without_hash(value) == truth;
  const LifelineName* name = find_lifeline(value);
  // A guess that names the right column also names the right role, but not the reverse.
  return value == truth || (name != nullptr && name->role == truth);
}

LessonPlayer::LessonPlayer(Lesson lesson, const RunScenario& run)
    : lesson_(std::move(lesson)), run_(run) {
  world_ = std::make_unique<LessonWorld>(lesson_, run_);
  databases_.resize(lesson_.runs.size());
  verdicts_.resize(lesson_.steps.size());
  find_moments();
  try_queries();
  enter(0);
}

const TraceDatabase& LessonPlayer::full(std::size_t run) const {
  if (!databases_[run]) databases_[run] = world().database(run);
  return *databases_[run];
}

std::string LessonPlayer::checked_answer(const LessonStep& step, const char* what,
                                         const std::string& sql) const {
  try {
    return full(step.run).answer(sql);
  } catch (const QueryError& error) {
    throw InputError(lesson_.file, "step '" + step.id + "', " + what, error.what(),
                     "mend the query");
  }
}

void LessonPlayer::find_moments() {
  for (std::size_t i = 0; i < lesson_.steps.size(); ++i) {
    const LessonStep& step = lesson_.steps[i];
    if (step.at.empty()) {
      const bool stays = i > 0 && lesson_.steps[i - 1].run == step.run;
      moments_.push_back(stays ? moments_.back() : 1);
      continue;
    }
    const std::uint32_t seq = to_seq(checked_answer(step, "'at'", step.at));
    if (seq == 0 || seq > world_->model(step.run).event_count()) {
      throw InputError(lesson_.file, "step '" + step.id + "', 'at'", "gives no moment of its run",
                       "the query must give the seq of one event");
    }
    moments_.push_back(seq);
  }
}

void LessonPlayer::try_queries() const {
  for (const LessonStep& step : lesson_.steps) {
    if (step.question) checked_answer(step, "the question's 'answer'", step.question->answer);
    if (step.exercise) checked_answer(step, "the exercise's 'goal'", step.exercise->goal);
    for (const Highlight& highlight : step.highlights) {
      if (highlight.is_query) checked_answer(step, "'highlight'", highlight.id);
    }
  }
  for (const LessonNumber& number : lesson_.numbers) {
    try {
      full(0).answer(number.sql);
    } catch (const QueryError& error) {
      throw InputError(lesson_.file, "number '" + number.name + "'", error.what(),
                       "mend the query");
    }
  }
}

// --- Moving ----------------------------------------------------------------------------------

void LessonPlayer::enter(std::size_t index) {
  drop_exercise();
  index_ = index;
  furthest_ = std::max(furthest_, index);
  refresh();
}

bool LessonPlayer::next() {
  if (question_open() || index_ + 1 >= step_count()) return false;
  enter(index_ + 1);
  return true;
}

bool LessonPlayer::back() {
  if (index_ == 0) return false;
  enter(index_ - 1);
  return true;
}

void LessonPlayer::refresh() {
  const LessonStep& now = step();
  // `next` stops at an open question, so only the furthest step can have one.
  const bool asks = lesson_.steps[furthest_].question && !verdicts_[furthest_];
  horizons_ = world().horizons_at(lesson_, moments_, furthest_, asks);
  if (!asks) horizons_[now.run] = UINT32_MAX;
  seq_ = std::min({moments_[index_], horizon(), model().event_count()});

  limited_.reset();
  if (std::any_of(horizons_.begin(), horizons_.end(),
                  [](std::uint32_t horizon) { return horizon != UINT32_MAX; })) {
    limited_ = world().database(now.run, horizons_);
  }
  const TraceDatabase& database = visible();
  page_ = {};
  page_.title = now.title;
  if (index_ == 0) page_.body = filled(lesson_.introduction, database);
  for (TextBlock& block : filled(now.body, database)) page_.body.push_back(std::move(block));
  if (now.question) {
    for (const Choice& choice : now.question->choices) {
      page_.choices.push_back({value_of(choice.value), filled(choice.text, full(now.run))});
    }
    if (!question_open()) page_.reveal = filled(now.reveal, database);
  }
  highlights_.clear();
  for (const Highlight& highlight : now.highlights) {
    std::string id = highlight.id;
    if (highlight.is_query) {
      try {
        id = database.answer(id);
      } catch (const QueryError&) {
        id.clear();  // the query worked on the whole run; here it needs a hidden part
      }
    }
    if (!id.empty()) highlights_.push_back({highlight.kind, std::move(id)});
  }
}

std::int64_t LessonPlayer::horizon_ns_of(std::size_t run) const {
  const Model& model = world().model(run);
  const std::uint32_t horizon = horizons_[run];
  if (horizon >= model.event_count()) return INT64_MAX;
  return horizon == 0 ? -1 : model.event(horizon).time_ns - model.start_ns();
}

// --- Words -----------------------------------------------------------------------------------

std::vector<TextRun> LessonPlayer::filled(std::vector<TextRun> runs,
                                          const TraceDatabase& database) const {
  for (TextRun& run : runs) {
    if (run.number < 0) continue;
    try {
      run.text = shown(database.answer(lesson_.numbers[static_cast<std::size_t>(run.number)].sql));
    } catch (const QueryError&) {
      run.text = "?";
    }
  }
  return runs;
}

std::vector<TextBlock> LessonPlayer::filled(std::vector<TextBlock> blocks,
                                            const TraceDatabase& database) const {
  for (TextBlock& block : blocks) block.runs = filled(std::move(block.runs), database);
  return blocks;
}

std::string LessonPlayer::value_of(const AnswerValue& value) const {
  if (value.number < 0) return value.text;
  try {
    return full(step().run).answer(lesson_.numbers[static_cast<std::size_t>(value.number)].sql);
  } catch (const QueryError&) {
    return {};
  }
}

std::string LessonPlayer::in_words(std::string_view value) const {
  const LessonQuestion& question = *step().question;
  if (question.kind == LessonQuestionKind::choice) {
    for (const ShownChoice& choice : page_.choices) {
      if (choice.value == value) return plain_text(choice.text);
    }
  } else if (question.kind == LessonQuestionKind::number) {
    std::string words(value);
    if (!question.unit.empty() && !words.ends_with(question.unit)) words += " " + question.unit;
    return words;
  } else if (question.target == ClickTarget::operation) {
    const std::uint32_t id = to_seq(without_hash(value));
    if (model().operation(id) != nullptr) return model().name_of_operation(id);
  } else if (question.target == ClickTarget::lifeline) {
    if (const LifelineName* name = find_lifeline(value)) return std::string(name->words);
  } else {
    for (const ThreadRecord& thread : model().threads()) {
      if (std::to_string(thread.id) != without_hash(value)) continue;
      const std::string_view label = model().trace().text(thread.label);
      return "thread " + std::to_string(thread.id) +
             (label.empty() ? "" : " (" + std::string(label) + ")");
    }
  }
  return shown(std::string(value));
}

// --- Answering -------------------------------------------------------------------------------

std::string LessonPlayer::why_not(std::string_view value) const {
  if (!question_open()) return "no question is open";
  const LessonQuestion& question = *step().question;
  if (question.kind == LessonQuestionKind::choice) {
    for (const ShownChoice& choice : page_.choices) {
      if (choice.value == value) return {};
    }
    return "this is none of the choices";
  }
  if (question.kind == LessonQuestionKind::number) {
    return parse_number(value, question.unit) ? "" : "this is not a number";
  }
  if (question.target == ClickTarget::lifeline) {
    return find_lifeline(value) != nullptr || is_lifeline_role(value) ? ""
                                                                      : "no column has this name";
  }
  return to_seq(without_hash(value)) != 0 ? "" : "this is not a number such as 3 or #3";
}

const Verdict& LessonPlayer::answer(std::string_view value) {
  if (const std::string why = why_not(value); !why.empty()) throw std::invalid_argument(why);
  verdicts_[index_] = verdict_on(value);
  refresh();
  verdicts_[index_]->feedback = filled(std::move(verdicts_[index_]->feedback), visible());
  return *verdicts_[index_];
}

const Verdict& LessonPlayer::reveal() {
  if (!question_open()) throw std::invalid_argument("no question is open");
  Verdict verdict;
  verdict.given_up = true;
  verdict.truth_value = full(step().run).answer(step().question->answer);
  verdict.truth = in_words(verdict.truth_value);
  verdicts_[index_] = std::move(verdict);
  refresh();
  return *verdicts_[index_];
}

Verdict LessonPlayer::verdict_on(std::string_view guess) const {
  const LessonQuestion& question = *step().question;
  const TraceDatabase& database = full(step().run);
  Verdict verdict;
  verdict.value = guess;
  verdict.truth_value = database.answer(question.answer);
  verdict.truth = in_words(verdict.truth_value);
  verdict.guess = in_words(guess);
  verdict.right = is_right(question, guess, verdict.truth_value);

  std::string_view side;  // "low" or "high" for a wrong number
  if (question.kind == LessonQuestionKind::number && !verdict.right) {
    const auto truth = parse_number(verdict.truth_value, question.unit);
    side = truth && *parse_number(guess, question.unit) < *truth ? "low" : "high";
  }
  for (const bool exact : {true, false}) {  // exact feedback takes precedence over "low" and "high"
    for (const Feedback& feedback : question.feedback) {
      const bool fits = exact ? is_right(question, guess, value_of(feedback.value))
                              : !side.empty() && feedback.value.text == side;
      if (!fits || !verdict.feedback.empty()) continue;
      verdict.feedback = feedback.blocks;  // its numbers are filled in later
      const auto shows = question.misconceptions.find(feedback.value.text);
      if (!verdict.right && shows != question.misconceptions.end()) {
        verdict.misconception = shows->second;
      }
    }
  }
  return verdict;
}

Verdict LessonPlayer::verdict_if(std::string_view value) const {
  if (!verdict()) throw std::invalid_argument("the question is not answered");
  Verdict verdict = verdict_on(value);
  verdict.feedback = filled(std::move(verdict.feedback), visible());
  return verdict;
}

std::vector<Feedback> LessonPlayer::remarks() const {
  if (!verdict()) throw std::invalid_argument("the question is not answered");
  std::vector<Feedback> remarks = step().question->feedback;
  for (Feedback& remark : remarks) {
    remark.value = {value_of(remark.value), -1};
    remark.blocks = filled(std::move(remark.blocks), visible());
  }
  return remarks;
}

Score LessonPlayer::score() const {
  Score score;
  score.questions = lesson_.question_count();
  for (const auto& verdict : verdicts_) {
    score.answered += verdict && !verdict->given_up ? 1 : 0;
    score.right += verdict && verdict->right ? 1 : 0;
  }
  return score;
}

void LessonPlayer::resume(const LessonPlayer& earlier) {
  for (;;) {
    const auto& steps = earlier.lesson_.steps;
    const auto same = std::find_if(steps.begin(), steps.end(), [&](const LessonStep& before) {
      return before.id == step().id;
    });
    const auto place = static_cast<std::size_t>(same - steps.begin());
    const auto* verdict =
        same != steps.end() && earlier.verdicts_[place] ? &*earlier.verdicts_[place] : nullptr;
    if (question_open() && verdict != nullptr) {
      if (verdict->given_up) {
        reveal();
      } else if (why_not(verdict->value).empty()) {
        answer(verdict->value);
      }
    }
    if ((same != steps.end() && place >= earlier.index_) || !next()) return;
  }
}

// --- Exercises -------------------------------------------------------------------------------

bool LessonPlayer::may_try() const {
  return step().exercise && (!lesson_.steps[furthest_].question || verdicts_[furthest_]);
}

bool LessonPlayer::try_exercise(const std::vector<ScenarioChange>& changes) {
  if (!may_try()) throw std::invalid_argument("answer the question first");
  auto tried = std::make_unique<LessonWorld>(lesson_, run_, step().run, changes);
  const std::string reached = tried->database(step().run).answer(step().exercise->goal);
  tried_ = std::move(tried);
  for (auto& database : databases_) database.reset();
  refresh();
  return !reached.empty() && reached != "0";
}

void LessonPlayer::drop_exercise() {
  if (!tried_) return;
  tried_.reset();
  for (auto& database : databases_) database.reset();
  refresh();
}

}  // namespace proactor_lab
