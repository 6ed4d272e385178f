// A receive with a deadline, written by hand. A receive and a timer start together, and the one
// that completes first cancels the other. The cancel may come too late. All three operations
// complete in any case.
#pragma once

#include "lessons/programs/program.hpp"

namespace proactor_lab {

std::unique_ptr<AsyncProgram> make_timeout_race(Proactor& proactor, OperatingSystem& system,
                                                const ProgramSettings& settings);

}  // namespace proactor_lab
