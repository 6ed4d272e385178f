#include "lessons/player/lesson_changes.hpp"

#include "lessons/scenario/lesson_json.hpp"

namespace proactor_lab {
namespace {

using Pointer = OrderedJson::json_pointer;

bool touches(const ScenarioChange& change, const LessonRun& run, bool is_own) {
  return change.run.empty() ? is_own : change.run == "*" || change.run == run.name;
}

/// Permits a new member, but not a new array element or a new level: that would be a mistyped
/// pointer.
bool has_place(const OrderedJson& scenario, const Pointer& pointer) {
  if (pointer.empty()) return false;
  if (scenario.contains(pointer)) return true;
  const Pointer parent = pointer.parent_pointer();
  return (parent.empty() || scenario.contains(parent)) && scenario.at(parent).is_object();
}

}  // namespace

std::vector<std::string> changed_scenarios(const Lesson& lesson, std::size_t run,
                                           std::span<const ScenarioChange> changes) {
  std::vector<std::string> scenarios;
  for (std::size_t i = 0; i < lesson.runs.size(); ++i) {
    OrderedJson scenario = OrderedJson::parse(lesson.runs[i].scenario);
    for (const ScenarioChange& change : changes) {
      if (!touches(change, lesson.runs[i], i == run)) continue;
      const Pointer pointer(change.pointer);
      if (!has_place(scenario, pointer)) {
        throw InputError(lesson.file, "",
                         "'" + change.key() + "' is no place in " + lesson.runs[i].scenario_file,
                         "name a value that stands there");
      }
      scenario[pointer] = OrderedJson::parse(change.value);
    }
    scenarios.push_back(scenario.dump());
  }
  return scenarios;
}

std::string current_value(const Lesson& lesson, std::size_t run, const ScenarioChange& change) {
  const Pointer pointer(change.pointer);
  for (std::size_t i = 0; i < lesson.runs.size(); ++i) {
    if (!touches(change, lesson.runs[i], i == run)) continue;
    const OrderedJson scenario = OrderedJson::parse(lesson.runs[i].scenario);
    if (scenario.contains(pointer)) return scenario.at(pointer).dump();
  }
  return {};
}

}  // namespace proactor_lab
