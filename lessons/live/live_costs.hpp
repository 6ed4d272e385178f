// What this machine's kernel takes for the steps that the simulated system charges: measured, to be
// put into a scenario. All but the latency are CPU time, so that other processes disturb little.
#pragma once

#include <cstdint>
#include <string>

#include "lessons/scenario/scenario.hpp"

namespace proactor_lab {

struct MachineCosts {
  Duration syscall{0};         ///< into the kernel and back
  Duration operation{0};       ///< on top, for 64 bytes through a loopback connection, each end
  Duration context_switch{0};  ///< what waiting, and being woken, takes
  Duration thread_start{0};
  Duration latency{0};             ///< from a thread's send to another's having received
  std::uint64_t thread_bytes = 0;  ///< resident
  std::uint32_t cores = 1;
};

/// Takes about a second. Talks to itself over loopback.
MachineCosts measure_costs();

/// `base` on this machine: its costs, its cores, its loopback's latency.
Scenario with_costs(const Scenario& base, const MachineCosts& costs);

}  // namespace proactor_lab
