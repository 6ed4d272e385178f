// Serves the files beneath a root folder over HTTP/1.1: GET and HEAD, with connections kept alive.
// There is one coroutine per connection. It awaits operations such as open, read and send.
//
// Requests are refused unless they are known to be valid (see http_request.hpp). A connection holds
// at most 13 KiB: the head of a request (8 KiB, otherwise status 431), a block of a file (4 KiB),
// and the head of an answer. With a `timeout`, a request must arrive within that time, and the
// client must accept each block of the answer within it.
//
// Not handled: symbolic links are followed, wherever they lead, and special files are opened (a
// pipe would make the server wait). So use a root folder that contains neither. The server sends no
// Date header, because a simulated run has no calendar.
#pragma once

#include "lessons/programs/program.hpp"

namespace proactor_lab {

std::unique_ptr<AsyncProgram> make_http_file_server(Proactor& proactor, OperatingSystem& system,
                                                    const ProgramSettings& settings);

}  // namespace proactor_lab
