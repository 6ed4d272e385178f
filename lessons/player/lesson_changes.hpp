// Scenarios with values replaced: how a lesson asks "what if", and what a learner's exercise does.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "lessons/player/lesson.hpp"

namespace proactor_lab {

/// The JSON of every run's scenario after `changes`; a change without a run's name goes to `run`.
/// Throws InputError, naming the lesson's file, where a change's place does not exist.
std::vector<std::string> changed_scenarios(const Lesson& lesson, std::size_t run,
                                           std::span<const ScenarioChange> changes);

/// The value that `change` would replace, as JSON text; empty where there is none.
std::string current_value(const Lesson& lesson, std::size_t run, const ScenarioChange& change);

}  // namespace proactor_lab
