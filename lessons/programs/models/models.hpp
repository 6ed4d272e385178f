// One service as eight server models, named as in POSA2 (Schmidt, Stal, Rohnert, Buschmann:
// Pattern-Oriented Software Architecture 2). The service reads a request, works on it, asks a slow
// back end, and sends back as many bytes as the request had. It repeats this until the client
// closes its connection.
//
// Each client connection has a separate connection to the back end, opened when the client is
// accepted. So an answer cannot be mistaken for another one, no model needs a lock around the back
// end, and all models do the same reads and writes per request.
#pragma once

#include "lessons/programs/program.hpp"

namespace proactor_lab {

Task iterative(BlockingSystem& system, ProgramSettings settings);
Task thread_per_connection(BlockingSystem& system, ProgramSettings settings);
Task thread_pool(BlockingSystem& system, ProgramSettings settings);
Task leader_followers(BlockingSystem& system, ProgramSettings settings);
Task active_object(BlockingSystem& system, ProgramSettings settings);
Task reactor(BlockingSystem& system, ProgramSettings settings);

/// If `settings.on_workers` is set, a worker, not the loop thread, does the work for a request.
std::unique_ptr<AsyncProgram> make_proactor_model(Proactor& proactor, OperatingSystem& system,
                                                  const ProgramSettings& settings);

}  // namespace proactor_lab
