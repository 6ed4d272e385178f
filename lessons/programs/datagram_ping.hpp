// Questions and answers over UDP, between two sockets of one program. Each datagram arrives whole
// and with its sender's address.
#pragma once

#include "lessons/programs/program.hpp"

namespace proactor_lab {

std::unique_ptr<AsyncProgram> make_datagram_ping(Proactor& proactor, OperatingSystem& system,
                                                 const ProgramSettings& settings);

}  // namespace proactor_lab
