// A chat: every line that a client sends is passed on to all other clients, as in "A: hello".
// Clients are named by letters, in the order in which they connect.
//
// The server queues text for a client that reads slowly, up to a limit. Beyond the limit it closes
// the connection. It could drop the client's oldest lines instead, but then the client would read a
// conversation with gaps and not notice. A client that lost its connection notices.
#pragma once

#include "lessons/programs/program.hpp"

namespace proactor_lab {

std::unique_ptr<AsyncProgram> make_chat(Proactor& proactor, OperatingSystem& system,
                                        const ProgramSettings& settings);

}  // namespace proactor_lab
