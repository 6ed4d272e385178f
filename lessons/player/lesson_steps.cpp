#include "lessons/player/lesson_steps.hpp"

#include <algorithm>
#include <charconv>

namespace proactor_lab {
namespace {

constexpr std::size_t sql_bytes_max = 8192;
constexpr std::size_t numbers_max = 300;
constexpr std::size_t options_max = 20;

bool is_select(std::string_view text) {
  const auto starts = [&](std::string_view word) {
    return text.size() > word.size() &&
           std::equal(word.begin(), word.end(), text.begin(), [](char a, char b) {
             return a == (b >= 'a' && b <= 'z' ? static_cast<char>(b - 'a' + 'A') : b);
           });
  };
  return starts("SELECT ") || starts("SELECT\n") || starts("WITH ");
}

std::string_view trimmed(std::string_view text) {
  const std::size_t from = text.find_first_not_of(" \t\n");
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(" \t\n") - from + 1);
}

/// The index of `query` (a name or SQL) in `lesson.numbers`; adds SQL that is not there yet.
int find_number(Lesson& lesson, std::string_view query, std::size_t line) {
  query = trimmed(query);
  for (std::size_t i = 0; i < lesson.numbers.size(); ++i) {
    if (lesson.numbers[i].name == query) return static_cast<int>(i);
  }
  const std::string place = "line " + std::to_string(line);
  if (!is_select(query)) {
    throw InputError(lesson.text_file, place + " or after",
                     "no number is called '" + std::string(query.substr(0, 60)) + "'",
                     "define it under 'numbers' in lesson.json, or write a SELECT");
  }
  if (query.size() > sql_bytes_max || lesson.numbers.size() == numbers_max) {
    throw InputError(lesson.text_file, place, "too long a query, or more than 300 of them");
  }
  lesson.numbers.push_back({std::string(query), std::string(query)});
  return static_cast<int>(lesson.numbers.size()) - 1;
}

AnswerValue read_value(Lesson& lesson, const LessonOption& option) {
  const std::string_view text = option.value;
  if (!text.starts_with("{{") || !text.ends_with("}}")) return {option.value, -1};
  return {option.value, find_number(lesson, text.substr(2, text.size() - 4), option.passage.line)};
}

template <class Enum>
Enum read_enum(const JsonNode& node, std::initializer_list<Enum> values) {
  const std::string text = node.text();
  std::string known;
  for (const Enum value : values) {
    if (name_of(value) == text) return value;
    (known += known.empty() ? "" : ", ") += name_of(value);
  }
  node.fail("'" + text + "' is unknown", "known here: " + known);
}

std::size_t find_run(const Lesson& lesson, std::string_view name) {
  return static_cast<std::size_t>(
      std::find_if(lesson.runs.begin(), lesson.runs.end(),
                   [&](const LessonRun& run) { return run.name == name; }) -
      lesson.runs.begin());
}

/// Parses "/work_ms", "threads:/work_ms" or "*:/work_ms".
ScenarioChange read_change_key(const Lesson& lesson, const std::string& key, const JsonNode& node) {
  ScenarioChange change;
  const std::size_t slash = key.find('/');
  if (slash != std::string::npos && slash >= 2 && key[slash - 1] == ':') {
    change.run = key.substr(0, slash - 1);
    if (change.run != "*" && find_run(lesson, change.run) == lesson.runs.size()) {
      node.fail("no run is called '" + change.run + "'", "name one of 'runs', or '*' for all");
    }
  } else if (slash != 0) {
    node.fail("'" + key + "' is no place in a scenario", "write a JSON pointer such as /work_ms");
  }
  change.pointer = key.substr(slash);
  try {
    static_cast<void>(OrderedJson::json_pointer(change.pointer));
  } catch (const OrderedJson::exception&) {
    node.fail("'" + key + "' is no JSON pointer", "write one such as /clients/0/connect_at_ms");
  }
  return change;
}

std::vector<ScenarioChange> read_changes(const Lesson& lesson, const JsonNode& node) {
  std::vector<ScenarioChange> changes;
  for (const auto& [key, value] : node.members()) {
    ScenarioChange change = read_change_key(lesson, key, value);
    change.value = value.value().dump();
    changes.push_back(std::move(change));
  }
  if (changes.empty()) node.fail("names no change", "write {\"/pointer\": value}");
  return changes;
}

std::vector<Highlight> read_highlights(const JsonNode& node) {
  std::vector<Highlight> highlights;
  for (const JsonNode& each : node.elements()) {
    const std::string text = each.text(sql_bytes_max);
    const std::size_t colon = text.find(':');
    Highlight highlight{text.substr(0, colon),
                        colon == std::string::npos ? "" : text.substr(colon + 1), false};
    const std::string& id = highlight.id;
    highlight.is_query = is_select(id);
    const bool is_number =
        !id.empty() && id.size() < 10 &&
        std::all_of(id.begin(), id.end(), [](char c) { return c >= '0' && c <= '9'; });
    const auto& lifelines = lifeline_names();
    const bool is_lifeline =
        highlight.kind == "lifeline" &&
        std::any_of(lifelines.begin(), lifelines.end(),
                    [&](const LifelineName& name) { return name.id == id || name.role == id; });
    const bool is_counted = highlight.kind == "event" || highlight.kind == "operation" ||
                            highlight.kind == "thread" || highlight.kind == "handle";
    if (!is_lifeline && !(is_counted && (is_number || highlight.is_query))) {
      each.fail("'" + text + "' is nothing to highlight",
                "write thread:1, lifeline:queue, or operation:SELECT ...");
    }
    highlights.push_back(std::move(highlight));
  }
  return highlights;
}

void read_options(Lesson& lesson, LessonQuestion& question, const LessonSection& section,
                  const JsonNode& node) {
  const bool is_choice = question.kind == LessonQuestionKind::choice;
  if (is_choice != (section.choices.size() >= 2) || (!is_choice && !section.choices.empty()) ||
      section.choices.size() > options_max || section.feedback.size() > options_max) {
    throw InputError(lesson.text_file, "line " + std::to_string(section.line),
                     is_choice ? "the question of '" + section.id + "' needs 2 to 20 choices"
                               : "only questions of kind 'choice' have choices",
                     "write each as '- [value] text'");
  }
  for (const LessonOption& option : section.choices) {
    Choice choice{read_value(lesson, option), {}};
    const std::vector<TextBlock> blocks = read_passage(lesson, option.passage);
    if (blocks.size() != 1 || blocks[0].kind != BlockKind::paragraph) {
      throw InputError(lesson.text_file, "line " + std::to_string(option.passage.line),
                       "a choice must be one paragraph");
    }
    choice.text = blocks[0].runs;
    question.choices.push_back(std::move(choice));
  }
  for (const LessonOption& option : section.feedback) {
    question.feedback.push_back({read_value(lesson, option), read_passage(lesson, option.passage)});
  }
  if (!node.has("misconceptions")) return;
  for (const auto& [value, id] : node.at("misconceptions").members()) {
    const std::string name = id.text(60);
    if (!is_kebab_name(name)) id.fail("must be lower-case words joined by '-'");
    question.misconceptions[value] = name;
  }
}

LessonQuestion read_question(Lesson& lesson, const JsonNode& node, const LessonSection& section) {
  node.only(
      {"kind", "target", "answer", "tolerance", "unit", "changes_if", "always", "misconceptions"});
  LessonQuestion question;
  question.kind = read_enum(
      node.at("kind"),
      {LessonQuestionKind::choice, LessonQuestionKind::number, LessonQuestionKind::click});
  const bool is_click = question.kind == LessonQuestionKind::click;
  if (is_click != node.has("target")) {
    node.fail("'target' belongs to questions of kind 'click', and only to them");
  }
  if (is_click) {
    question.target = read_enum(
        node.at("target"), {ClickTarget::lifeline, ClickTarget::operation, ClickTarget::thread});
  }
  const bool is_number = question.kind == LessonQuestionKind::number;
  if (!is_number && (node.has("tolerance") || node.has("unit"))) {
    node.fail("'tolerance' and 'unit' belong to questions of kind 'number'");
  }
  if (node.has("tolerance")) question.tolerance = node.at("tolerance").number(0, 1e15);
  if (node.has("unit")) question.unit = node.at("unit").text(20);
  question.answer = read_sql(node.at("answer"));
  question.always = node.has("always") && node.at("always").boolean();
  if (question.always == node.has("changes_if")) {
    node.fail("a question needs either 'changes_if' or \"always\": true",
              "name a change of the scenario that alters its answer");
  }
  if (!question.always) question.changes_if = read_changes(lesson, node.at("changes_if"));
  read_options(lesson, question, section, node);
  return question;
}

Exercise read_exercise(const Lesson& lesson, const JsonNode& node) {
  node.only({"may_change", "goal", "solution"});
  Exercise exercise;
  for (const JsonNode& each : node.at("may_change").elements()) {
    exercise.may_change.push_back(read_change_key(lesson, each.text(), each));
  }
  if (exercise.may_change.empty()) node.fail("'may_change' is empty", "name at least one place");
  exercise.goal = read_sql(node.at("goal"));
  exercise.solution = read_changes(lesson, node.at("solution"));
  for (const ScenarioChange& change : exercise.solution) {
    const auto same = [&](const ScenarioChange& may) { return may.key() == change.key(); };
    if (std::none_of(exercise.may_change.begin(), exercise.may_change.end(), same)) {
      node.fail("the solution changes '" + change.key() + "', which 'may_change' does not name");
    }
  }
  return exercise;
}

}  // namespace

std::string read_sql(const JsonNode& node) {
  std::string sql = node.text(sql_bytes_max);
  if (!is_select(sql)) node.fail("must be a query", "begin it with SELECT or WITH");
  return sql;
}

std::vector<Pane> read_panes(const JsonNode& node) {
  std::vector<Pane> panes;
  for (const JsonNode& each : node.elements()) {
    const Pane pane =
        read_enum(each, {Pane::interaction, Pane::states, Pane::activity, Pane::inspector,
                         Pane::transport, Pane::overview, Pane::code, Pane::events});
    if (std::find(panes.begin(), panes.end(), pane) != panes.end()) each.fail("stands twice");
    panes.push_back(pane);
  }
  if (panes.empty()) node.fail("names no pane", "name at least one");
  return panes;
}

LessonZoom read_zoom(const JsonNode& node) {
  const std::string text = node.text();
  if (text == "roles") return LessonZoom::roles;
  if (text == "participants") return LessonZoom::participants;
  node.fail("'" + text + "' is unknown", "known here: roles, participants");
}

std::vector<TextBlock> read_passage(Lesson& lesson, const LessonPassage& passage) {
  return parse_markdown(passage.text, lesson.text_file, passage.line, [&](std::string_view query) {
    return find_number(lesson, query, passage.line);
  });
}

void add_step(Lesson& lesson, const JsonNode& node, const LessonSection& section,
              const StepDefaults& defaults) {
  node.only({"id", "run", "at", "panes", "zoom", "highlight", "question", "exercise"});
  LessonStep step;
  step.id = section.id;
  step.title = section.title;
  step.panes = node.has("panes") ? read_panes(node.at("panes")) : defaults.panes;
  step.zoom = node.has("zoom") ? read_zoom(node.at("zoom")) : defaults.zoom;
  if (node.has("run")) {
    step.run = find_run(lesson, node.at("run").text());
    if (step.run == lesson.runs.size()) node.at("run").fail("no run has this name");
  } else if (!lesson.steps.empty()) {
    step.run = lesson.steps.back().run;
  }
  if (node.has("at")) step.at = read_sql(node.at("at"));
  if (node.has("highlight")) step.highlights = read_highlights(node.at("highlight"));
  step.body = read_passage(lesson, section.body);
  step.reveal = read_passage(lesson, section.reveal);
  if (node.has("question")) step.question = read_question(lesson, node.at("question"), section);
  if (node.has("exercise")) step.exercise = read_exercise(lesson, node.at("exercise"));
  if (!step.question &&
      !(section.choices.empty() && section.feedback.empty() && step.reveal.empty())) {
    throw InputError(lesson.text_file, "line " + std::to_string(section.line),
                     "'" + step.id + "' has choices, feedback or a reveal but asks nothing",
                     "give the step a 'question' in lesson.json");
  }
  if (step.body.empty()) {
    throw InputError(lesson.text_file, "line " + std::to_string(section.line),
                     "'" + step.id + "' says nothing", "write a sentence");
  }
  lesson.steps.push_back(std::move(step));
}

}  // namespace proactor_lab
