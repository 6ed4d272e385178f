// The echo server again, with multishot operations: one accept that yields every connection, and
// one receive per connection that yields every arrival, into buffers that the system takes when
// bytes come.
#pragma once

#include "lessons/programs/program.hpp"

namespace proactor_lab {

std::unique_ptr<AsyncProgram> make_multishot_echo(Proactor& proactor, OperatingSystem& system,
                                                  const ProgramSettings& settings);

}  // namespace proactor_lab
