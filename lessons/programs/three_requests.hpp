// Three requests. Each needs some work and then waits for a slow back end. They are served by one
// blocking thread, by three blocking threads, or by a proactor on one thread.
#pragma once

#include "lessons/programs/program.hpp"

namespace proactor_lab {

Task three_requests_one_thread(BlockingSystem& system, ProgramSettings settings);
Task three_requests_threads(BlockingSystem& system, ProgramSettings settings);
std::unique_ptr<AsyncProgram> make_three_requests_proactor(Proactor& proactor,
                                                           OperatingSystem& system,
                                                           const ProgramSettings& settings);

}  // namespace proactor_lab
