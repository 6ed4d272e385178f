// A daytime server (RFC 867): whoever connects is told the time and hung up on. The first server of
// Asio's tutorial.
#pragma once

#include "lessons/programs/program.hpp"

namespace proactor_lab {

std::unique_ptr<AsyncProgram> make_daytime(Proactor& proactor, OperatingSystem& system,
                                           const ProgramSettings& settings);

}  // namespace proactor_lab
