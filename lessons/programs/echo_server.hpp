// An echo server: it sends back what a client sends. Any number of clients.
#pragma once

#include "lessons/programs/program.hpp"

namespace proactor_lab {

std::unique_ptr<AsyncProgram> make_echo_server(Proactor& proactor, OperatingSystem& system,
                                               const ProgramSettings& settings);

}  // namespace proactor_lab
