// Scenarios with some values replaced, for a lesson's "what if" questions and for exercises.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "lessons/player/lesson.hpp"

namespace proactor_lab {

/// Returns the JSON of each run's scenario after `changes`. A change without a run's name applies
/// to `run`. Throws InputError, naming the lesson's file, if a change's pointer does not exist.
std::vector<std::string> changed_scenarios(const Lesson& lesson, std::size_t run,
                                           std::span<const ScenarioChange> changes);

/// The value that `change` would replace, as JSON text; empty if there is none.
std::string current_value(const Lesson& lesson, std::size_t run, const ScenarioChange& change);

}  // namespace proactor_lab
