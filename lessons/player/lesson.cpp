#include "lessons/player/lesson.hpp"

#include <algorithm>
#include <fstream>
#include <set>

#include "lessons/player/lesson_changes.hpp"
#include "lessons/player/lesson_sections.hpp"
#include "lessons/player/lesson_steps.hpp"
#include "lessons/scenario/lesson_json.hpp"
#include "lessons/scenario/scenario.hpp"
#include "traces/query/query.hpp"

namespace proactor_lab {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t steps_max = 100;

std::string read_text_file(const fs::path& path) {
  std::error_code error;
  if (!fs::exists(path, error)) {
    throw InputError(path.string(), "", "no such file", "check its name");
  }
  // Reading a pipe or a device could block forever.
  if (!fs::is_regular_file(path, error)) throw InputError(path.string(), "", "not a file");
  std::ifstream stream(path, std::ios::binary);
  std::string text(lesson_file_bytes_max + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (stream.bad() || (!stream.eof() && stream.fail()) || !stream.is_open()) {
    throw InputError(path.string(), "", "cannot be read", "check its permissions");
  }
  text.resize(static_cast<std::size_t>(stream.gcount()));
  if (text.size() > lesson_file_bytes_max) {
    throw InputError(path.string(), "", "larger than 1 MiB", "a lesson's files are small");
  }
  return text;
}

bool lies_within(const fs::path& path, const fs::path& folder) {
  std::error_code error;
  const fs::path inner = fs::weakly_canonical(path, error);
  const fs::path outer = fs::weakly_canonical(folder, error);
  return !error &&
         std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end()).first == outer.end();
}

/// Finds a file that a lesson names in `folders`. The name must not lead outside of them.
fs::path find_named_file(const JsonNode& node, const std::vector<fs::path>& folders) {
  const fs::path name = node.text();
  const bool climbs = std::find(name.begin(), name.end(), fs::path("..")) != name.end();
  if (name.is_absolute() || climbs || name.has_root_name()) {
    node.fail("'" + name.string() + "' leads out of the lesson's folder",
              "name a file in it, or one of the shared scenarios");
  }
  for (const fs::path& folder : folders) {
    const fs::path path = folder / name;
    std::error_code error;
    if (!fs::exists(path, error)) continue;
    if (!lies_within(path, folder)) {
      node.fail("'" + name.string() + "' is a link out of the lesson's folder", "copy the file");
    }
    return path;
  }
  node.fail("no file '" + name.string() + "'",
            "put it into " + folders.front().string() +
                (folders.size() > 1 ? " or " + folders.back().string() : ""));
}

class LessonReader {
 public:
  LessonReader(fs::path folder, fs::path root)
      : folder_(std::move(folder)), root_(std::move(root)) {}

  Lesson read() {
    lesson_.file = (folder_ / "lesson.json").string();
    const OrderedJson document = parse_strict_json(read_text_file(lesson_.file), lesson_.file);
    const JsonNode node(document, lesson_.file);
    check_format(node);
    node.only({"format", "id", "part", "place", "minutes", "text", "run", "runs", "numbers",
               "panes", "zoom", "steps"});
    read_head(node);
    read_runs(node);
    read_numbers(node);
    read_steps(node);
    check_changes();
    return std::move(lesson_);
  }

 private:
  /// Checked first, because a later format may have keys that this version does not know.
  static void check_format(const JsonNode& node) {
    const std::int64_t format = node.at("format").integer(1, 1'000'000);
    if (format != lesson_format) {
      node.at("format").fail("format " + std::to_string(format) + " is unknown",
                             "this version reads format 1");
    }
  }

  void read_head(const JsonNode& node) {
    lesson_.id = node.at("id").text();
    if (!is_kebab_name(lesson_.id)) {
      node.at("id").fail("must be lower-case words joined by '-'", "such as one-read");
    }
    if (node.has("part")) lesson_.part = static_cast<int>(node.at("part").integer(1, 20));
    if (node.has("place")) lesson_.place = static_cast<int>(node.at("place").integer(1, 100));
    lesson_.minutes = static_cast<int>(node.at("minutes").integer(1, 60));
    const fs::path text = find_named_file(node.at("text"), {folder_});
    lesson_.text_file = text.string();
    sections_ = split_lesson_text(read_text_file(text), lesson_.text_file);
    lesson_.title = sections_.title;
  }

  void read_runs(const JsonNode& node) {
    if (node.has("run") == node.has("runs")) {
      node.fail("needs either 'run' or 'runs'", "name the scenario to run");
    }
    if (node.has("run")) return add_run("run", node.at("run"), false);
    for (const auto& [name, run] : node.at("runs").members()) {
      if (!TraceDatabase::is_run_name(name)) {
        run.fail("'" + name + "' cannot be a run's name",
                 "take a lower-case word that is no table's name");
      }
      if (lesson_.runs.size() == TraceDatabase::attached_runs_max) run.fail("more than 8 runs");
      add_run(name, run, true);
    }
    if (lesson_.runs.empty()) node.at("runs").fail("names no run");
  }

  void add_run(const std::string& name, const JsonNode& node, bool may_be_text) {
    LessonRun run;
    run.name = name;
    run.title = name;
    const bool is_text = may_be_text && node.value().is_string();
    if (!is_text) {
      node.only({"scenario", "seed", "title"});
      if (node.has("title")) run.title = node.at("title").text(60);
    }
    const JsonNode named = is_text ? node : node.at("scenario");
    const fs::path file = find_named_file(named, {folder_, root_ / "scenarios"});
    run.scenario_file = file.string();
    const std::string text = read_text_file(file);
    parse_scenario(text, run.scenario_file);  // checks the file
    OrderedJson scenario = OrderedJson::parse(text);
    if (!is_text && node.has("seed")) {
      scenario["seed"] = node.at("seed").integer(0, INT64_MAX);
    }
    run.scenario = scenario.dump();
    lesson_.runs.push_back(std::move(run));
  }

  void read_numbers(const JsonNode& node) {
    if (!node.has("numbers")) return;
    for (const auto& [name, sql] : node.at("numbers").members()) {
      const auto fits = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
      };
      if (name.empty() || !std::all_of(name.begin(), name.end(), fits)) {
        sql.fail("a number's name is lower-case letters, digits and '_'");
      }
      lesson_.numbers.push_back({name, read_sql(sql)});
    }
  }

  void read_steps(const JsonNode& node) {
    StepDefaults defaults;
    defaults.panes = node.has("panes") ? read_panes(node.at("panes"))
                                       : std::vector{Pane::interaction, Pane::transport};
    if (node.has("zoom")) defaults.zoom = read_zoom(node.at("zoom"));
    lesson_.introduction = read_passage(lesson_, sections_.introduction);
    const std::vector<JsonNode> steps = node.at("steps").elements();
    if (steps.empty() || steps.size() > steps_max) node.at("steps").fail("needs 1 to 100 steps");
    for (std::size_t i = 0; i < steps.size(); ++i) {
      const std::string id = steps[i].at("id").text();
      if (i >= sections_.steps.size() || sections_.steps[i].id != id) {
        steps[i].at("id").fail("lesson.md has no section '## " + id + "' at this place",
                               "sections stand in the order of the steps");
      }
      add_step(lesson_, steps[i], sections_.steps[i], defaults);
    }
    if (sections_.steps.size() > steps.size()) {
      const LessonSection& extra = sections_.steps[steps.size()];
      throw InputError(lesson_.text_file, "line " + std::to_string(extra.line),
                       "no step is called '" + extra.id + "'", "add it to lesson.json");
    }
  }

  /// Checks that each change names an existing place and results in a valid scenario.
  void check_changes() const {
    for (const LessonStep& step : lesson_.steps) {
      if (step.question) check_changed(step, step.question->changes_if);
      if (!step.exercise) continue;
      check_changed(step, step.exercise->solution);
      for (const ScenarioChange& change : step.exercise->may_change) {
        if (current_value(lesson_, step.run, change).empty()) {
          throw InputError(lesson_.file, "step '" + step.id + "'",
                           "'" + change.key() + "' has no value that a learner could change",
                           "name a value that stands in the scenario");
        }
      }
    }
  }

  void check_changed(const LessonStep& step, const std::vector<ScenarioChange>& changes) const {
    const std::vector<std::string> scenarios = changed_scenarios(lesson_, step.run, changes);
    for (std::size_t i = 0; i < scenarios.size(); ++i) {
      try {
        parse_scenario(scenarios[i], lesson_.runs[i].scenario_file);
      } catch (const InputError& error) {
        throw InputError(
            lesson_.file, "step '" + step.id + "'",
            std::string("its changes make a scenario that cannot be run: ") + error.what());
      }
    }
  }

  fs::path folder_;
  fs::path root_;
  LessonSections sections_;
  Lesson lesson_;
};

}  // namespace

int Lesson::question_count() const {
  return static_cast<int>(std::count_if(steps.begin(), steps.end(), [](const LessonStep& step) {
    return step.question.has_value();
  }));
}

Lesson read_lesson(const fs::path& folder, const fs::path& root) {
  return LessonReader(folder, root).read();
}

std::vector<fs::path> lesson_folders(const fs::path& root) {
  std::vector<fs::path> folders;
  std::error_code error;
  for (const fs::path& parent : {root, root / "course"}) {
    for (const auto& entry : fs::directory_iterator(parent, error)) {
      if (fs::exists(entry.path() / "lesson.json", error)) folders.push_back(entry.path());
    }
  }
  std::sort(folders.begin(), folders.end(),
            [](const fs::path& a, const fs::path& b) { return a.filename() < b.filename(); });
  return folders;
}

std::string_view name_of(Pane pane) {
  switch (pane) {
    case Pane::interaction:
      return "interaction";
    case Pane::states:
      return "states";
    case Pane::activity:
      return "activity";
    case Pane::inspector:
      return "inspector";
    case Pane::transport:
      return "transport";
    case Pane::overview:
      return "overview";
    case Pane::code:
      return "code";
    case Pane::events:
      return "events";
  }
  return "unknown";
}

std::string_view name_of(LessonQuestionKind kind) {
  switch (kind) {
    case LessonQuestionKind::choice:
      return "choice";
    case LessonQuestionKind::number:
      return "number";
    case LessonQuestionKind::click:
      return "click";
  }
  return "unknown";
}

std::string_view name_of(ClickTarget target) {
  switch (target) {
    case ClickTarget::lifeline:
      return "lifeline";
    case ClickTarget::operation:
      return "operation";
    case ClickTarget::thread:
      return "thread";
  }
  return "unknown";
}

const std::vector<LifelineName>& lifeline_names() {
  static const std::vector<LifelineName> names{
      {"initiator", "application", "Initiator"},
      {"handler", "application", "Completion Handler"},
      {"proactor", "dispatcher", "Proactor"},
      {"demultiplexer", "dispatcher", "Asynchronous Event Demultiplexer"},
      {"queue", "dispatcher", "Completion Event Queue"},
      {"processor", "processor", "Operating System (Asynchronous Operation Processor)"},
      {"world", "world", "World"},
  };
  return names;
}

}  // namespace proactor_lab
