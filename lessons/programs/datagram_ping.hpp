// Questions and answers over UDP, between two sockets of one program: whole datagrams, with the
// sender's address in each.
#pragma once

#include "lessons/programs/program.hpp"

namespace proactor_lab {

std::unique_ptr<AsyncProgram> make_datagram_ping(Proactor& proactor, OperatingSystem& system,
                                                 const ProgramSettings& settings);

}  // namespace proactor_lab
