// Copies a file with several reads and writes in flight: each buffer goes its own way through the
// file, reading a block, writing it, taking the next. Which completes first is the disk's affair;
// the copy is right in any order, because every operation names its place in the file.
#pragma once

#include "lessons/programs/program.hpp"

namespace proactor_lab {

std::unique_ptr<AsyncProgram> make_file_copy(Proactor& proactor, OperatingSystem& system,
                                             const ProgramSettings& settings);

}  // namespace proactor_lab
