// A receive with a deadline, made by hand: a receive and a timer, and whoever is first cancels the
// other. The cancel may come too late; all three completions arrive in any case.
#pragma once

#include "lessons/programs/program.hpp"

namespace proactor_lab {

std::unique_ptr<AsyncProgram> make_timeout_race(Proactor& proactor, OperatingSystem& system,
                                                const ProgramSettings& settings);

}  // namespace proactor_lab
