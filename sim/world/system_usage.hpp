// The simulated machine's resources that a run used.
#pragma once

#include <cstdint>

#include "core/values/time.hpp"

namespace proactor_lab {

struct SystemUsage {
  Duration cpu_time{0};           ///< of all threads of the program, including the kernel's work
  std::uint64_t switches = 0;     ///< how often a core switched to a thread that had waited
  std::uint64_t calls = 0;        ///< system calls
  std::uint32_t threads_max = 0;  ///< alive at the same time
};

}  // namespace proactor_lab
