// Measures what this machine's kernel needs for the steps that the simulated system charges for, to
// put the costs into a scenario. All except the latency are CPU times, so that other processes
// disturb them little.
#pragma once

#include <cstdint>
#include <string>

#include "lessons/scenario/scenario.hpp"

namespace proactor_lab {

struct MachineCosts {
  Duration syscall{0};         ///< into the kernel and back
  Duration operation{0};       ///< additional cost of 64 bytes over loopback, per end
  Duration context_switch{0};  ///< cost of blocking and being woken
  Duration thread_start{0};
  Duration latency{0};             ///< from one thread's send to another's receive
  std::uint64_t thread_bytes = 0;  ///< resident memory per thread
  std::uint32_t cores = 1;
};

/// Takes about a second. Opens loopback connections to itself.
MachineCosts measure_costs();

/// `base` with this machine's costs, cores and loopback latency.
Scenario with_costs(const Scenario& base, const MachineCosts& costs);

}  // namespace proactor_lab
