// See one_read.cpp.
#pragma once

#include "lessons/programs/program.hpp"

namespace proactor_lab {

std::unique_ptr<AsyncProgram> make_one_read(Proactor& proactor, OperatingSystem& system,
                                            const ProgramSettings& settings);
Task one_read_reactor(BlockingSystem& system, ProgramSettings settings);

}  // namespace proactor_lab
