// A server model measured on this machine: the server in a process of its own, so that its CPU
// time, its switches and its memory are its alone; clients and back end are threads here.
#pragma once

#include "lessons/models/model_runs.hpp"

namespace proactor_lab {

/// For at most `window`, and until all clients have their answers. `scenario.system` says what it
/// runs on. No other thread of this process may run meanwhile (it forks). Throws InputError where
/// the system refuses.
ModelFigures measure_model_live(const Scenario& scenario, Duration window);

}  // namespace proactor_lab
