// Measures a server model on this machine. The server runs in a separate process, so that CPU time,
// context switches and memory are only the server's. Clients and back ends are threads of the
// calling process.
#pragma once

#include "lessons/models/model_runs.hpp"

namespace proactor_lab {

/// Runs for at most `window`, or until all clients have their answers. `scenario.system` selects
/// the live system. REQUIRES that the calling process has no other threads, because it forks.
/// Throws InputError if the system refuses.
ModelFigures measure_model_live(const Scenario& scenario, Duration window);

}  // namespace proactor_lab
