// Copies a file with several reads and writes in flight. Each buffer reads a block, writes it, and
// takes the next one, independently of the others. The disk decides which operation completes
// first. The copy is correct in any order, because every operation gives its offset in the file.
#pragma once

#include "lessons/programs/program.hpp"

namespace proactor_lab {

std::unique_ptr<AsyncProgram> make_file_copy(Proactor& proactor, OperatingSystem& system,
                                             const ProgramSettings& settings);

}  // namespace proactor_lab
