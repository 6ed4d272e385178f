// The echo server again, with multishot operations. One accept yields every connection. One receive
// per connection yields all its data, in buffers that the system selects when bytes arrive.
#pragma once

#include "lessons/programs/program.hpp"

namespace proactor_lab {

std::unique_ptr<AsyncProgram> make_multishot_echo(Proactor& proactor, OperatingSystem& system,
                                                  const ProgramSettings& settings);

}  // namespace proactor_lab
