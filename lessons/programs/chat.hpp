// A chat: every line that a client sends is sent to all the others, "A: hello". Clients are called
// by letters in the order in which they came.
//
// What a client has not taken yet is kept for it, up to a limit; beyond it the client is hung up
// on. Dropping its oldest lines would keep it, but it would read a conversation that never was, and
// nobody would know. A client that lost its connection knows.
#pragma once

#include "lessons/programs/program.hpp"

namespace proactor_lab {

std::unique_ptr<AsyncProgram> make_chat(Proactor& proactor, OperatingSystem& system,
                                        const ProgramSettings& settings);

}  // namespace proactor_lab
