// Serves the files beneath a root by HTTP/1.1: GET and HEAD, connections kept alive. A coroutine a
// connection; what it awaits are composed operations, opening, reading and sending.
//
// Input is refused by default (http_request.hpp says what). A connection holds at most 13 KiB: the
// head of a request (8 KiB, else 431), a block of a file (4 KiB) and the head of an answer. With a
// `timeout`, a request must be there in that time, and each block of the answer be taken in it.
//
// Left out: symbolic links, which are followed wherever they lead, and files that are no files (a
// pipe would be waited for): give it a root where nobody puts such things. No Date is sent, because
// a simulated run has no calendar.
#pragma once

#include "lessons/programs/program.hpp"

namespace proactor_lab {

std::unique_ptr<AsyncProgram> make_http_file_server(Proactor& proactor, OperatingSystem& system,
                                                    const ProgramSettings& settings);

}  // namespace proactor_lab
