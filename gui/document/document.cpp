#include "gui/document/document.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string_view>

#include "gui/document/lesson_adapter.hpp"
#include "gui/document/places.hpp"
#include "lessons/player/lesson_player.hpp"
#include "lessons/run/runner.hpp"
#include "traces/format/input_error.hpp"
#include "traces/format/run_systems.hpp"
#include "traces/trace_reader.hpp"

namespace proactor_lab::gui {
namespace {

namespace fs = std::filesystem;

/// The kind of a JSON file, from its first bytes. A trace begins with its header.
enum class FileKind { trace, scenario, lesson };

FileKind kind_of(const fs::path& path) {
  if (path.filename() == "lesson.json") return FileKind::lesson;
  std::ifstream stream{path, std::ios::binary};
  std::string head(4096, '\0');
  stream.read(head.data(), static_cast<std::streamsize>(head.size()));
  head.resize(static_cast<std::size_t>(stream.gcount()));
  const std::size_t open = head.find('"');
  const std::size_t close = open == std::string::npos ? open : head.find('"', open + 1);
  if (close == std::string::npos) return FileKind::trace;  // the trace reader reports the error
  const std::string first = head.substr(open + 1, close - open - 1);
  if (first == "header" || first == "events") return FileKind::trace;
  return head.find("\"program\"") != std::string::npos ? FileKind::scenario : FileKind::trace;
}

/// The path itself, or the shipped lesson or scenario of that name.
fs::path find(const std::string& name) {
  std::error_code error;
  if (fs::exists(name, error)) return name;
  const fs::path& root = lessons_folder();
  for (const fs::path& candidate :
       {root / "course" / name / "lesson.json", root / name / "lesson.json",
        root / "scenarios" / name, root / "scenarios" / (name + ".json")}) {
    if (!root.empty() && fs::is_regular_file(candidate, error)) return candidate;
  }
  throw InputError{name, "", "there is no such file, lesson or scenario",
                   "`plab lesson list` names the lessons"};
}

/// The folder whose `scenarios/` a lesson uses: the folder that contains the lesson's folder, the
/// one above it (for `course/LESSON`), or else our own.
fs::path lesson_root(const fs::path& folder) {
  std::error_code error;
  const fs::path beside = fs::absolute(folder, error).lexically_normal().parent_path();
  for (const fs::path& candidate : {beside, beside.parent_path()}) {
    if (fs::is_directory(candidate / "scenarios", error)) return candidate;
  }
  return lessons_folder().empty() ? beside : lessons_folder();
}

std::string stem_of(const fs::path& path) { return path.stem().string(); }

Document open_scenario(const fs::path& path) {
  const Scenario scenario = read_scenario_file(path.string());
  if (!row_of(scenario.system).is_simulated) {
    throw InputError{path.string(), "/system",
                     "the window runs scenarios on the simulated system only",
                     "record it with `plab run` and open the trace"};
  }
  RunResult result = run_simulated(scenario);
  Document document = document_of(std::move(result.trace), stem_of(path));
  if (result.end == RunEnd::limit) document.notice = "The run stopped at a limit: " + result.why;
  return document;
}

Document open_trace(const fs::path& path) {
  Trace trace = read_trace_file(path.string());
  const bool truncated = trace.truncated;
  if (trace.events.empty()) {
    throw InputError{path.string(), "", "the trace has no events", "record it again"};
  }
  Document document = document_of(std::move(trace), stem_of(path));
  if (truncated) {
    document.notice =
        "This trace ends early: the run was killed while it was being written. What is here is "
        "whole up to its last event.";
  }
  return document;
}

}  // namespace

std::vector<NamedRun> Document::runs() const {
  if (lesson) return lesson->runs();
  std::vector<NamedRun> runs;
  for (const auto& run : owned) {
    const std::string& program = run->trace().header.program;
    runs.push_back({program.empty() ? title : program, &run->model()});
  }
  return runs;
}

Document document_of(Trace trace, std::string title) {
  Document document;
  document.title = std::move(title);
  document.owned.push_back(std::make_unique<Run>(std::move(trace)));
  return document;
}

Document document_of(std::unique_ptr<LessonSession> lesson) {
  Document document;
  document.title = lesson->page().lesson_title;
  document.lesson = std::move(lesson);
  return document;
}

Document open_document(const std::string& name) {
  fs::path path = find(name);
  std::error_code error;
  if (fs::is_directory(path, error)) {
    if (!fs::is_regular_file(path / "lesson.json", error)) {
      throw InputError{name, "", "this folder holds no lesson.json",
                       "name a lesson's folder, a scenario or a trace"};
    }
    path /= "lesson.json";
  }
  switch (kind_of(path)) {
    case FileKind::trace:
      return open_trace(path);
    case FileKind::scenario:
      return open_scenario(path);
    case FileKind::lesson: {
      const fs::path folder = path.parent_path().empty() ? "." : path.parent_path();
      return document_of(
          session_of(std::make_unique<LessonPlayer>(read_lesson(folder, lesson_root(folder)))));
    }
  }
  return {};
}

}  // namespace proactor_lab::gui
