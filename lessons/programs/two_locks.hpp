// Two threads that need two locks each, and how that goes wrong.
#pragma once

#include "lessons/programs/program.hpp"

namespace proactor_lab {

/// Each takes its own first and then waits for the other's: neither will ever go on.
Task opposite_locks(BlockingSystem& system, ProgramSettings settings);

/// Each gives its own back where the other's is taken, and tries again; both at the same pace, for
/// ever.
Task polite_locks(BlockingSystem& system, ProgramSettings settings);

}  // namespace proactor_lab
