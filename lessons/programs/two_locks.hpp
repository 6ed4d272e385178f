// Two threads that need two locks each, and how that can go wrong.
#pragma once

#include "lessons/programs/program.hpp"

namespace proactor_lab {

/// Each thread takes its own lock first and then waits for the other's. Neither can ever continue:
/// this is a deadlock.
Task opposite_locks(BlockingSystem& system, ProgramSettings settings);

/// If the other's lock is taken, each thread releases its own and tries again. Both do so at the
/// same pace, forever: this is a livelock.
Task polite_locks(BlockingSystem& system, ProgramSettings settings);

}  // namespace proactor_lab
