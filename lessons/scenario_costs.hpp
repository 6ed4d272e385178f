// What things cost in a scenario's world: the keys for time that the kernel takes, for cores and
// for memory.
#pragma once

#include "lessons/lesson_json.hpp"
#include "lessons/scenario.hpp"

namespace proactor_lab {

/// Takes the cost keys of a scenario's root. Throws InputError.
void take_costs(const JsonNode& root, Scenario& scenario);

}  // namespace proactor_lab
