// One service as eight server models, named as POSA2 names them (Schmidt, Stal, Rohnert, Buschmann:
// Pattern-Oriented Software Architecture 2). The service: read a request, work on it, ask a back
// end that takes its time, send back as many bytes as the request had; until the client hangs up.
//
// Each client's connection has one of its own to the back end, made when it is accepted. So an
// answer cannot be taken for another's, no model needs a lock around the back end, and all of them
// ask the same of the system for a request.
#pragma once

#include "lessons/programs/program.hpp"

namespace proactor_lab {

Task iterative(BlockingSystem& system, ProgramSettings settings);
Task thread_per_connection(BlockingSystem& system, ProgramSettings settings);
Task thread_pool(BlockingSystem& system, ProgramSettings settings);
Task leader_followers(BlockingSystem& system, ProgramSettings settings);
Task active_object(BlockingSystem& system, ProgramSettings settings);
Task reactor(BlockingSystem& system, ProgramSettings settings);

/// Where `settings.on_workers`, the work for a request is done by a worker and not by the loop.
std::unique_ptr<AsyncProgram> make_proactor_model(Proactor& proactor, OperatingSystem& system,
                                                  const ProgramSettings& settings);

}  // namespace proactor_lab
