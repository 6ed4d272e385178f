// A daytime server (RFC 867): it sends the time to each client that connects and then closes the
// connection. This is the first server in Asio's tutorial.
#pragma once

#include "lessons/programs/program.hpp"

namespace proactor_lab {

std::unique_ptr<AsyncProgram> make_daytime(Proactor& proactor, OperatingSystem& system,
                                           const ProgramSettings& settings);

}  // namespace proactor_lab
