// What a run asked of the simulated machine.
#pragma once

#include <cstdint>

#include "core/values/time.hpp"

namespace proactor_lab {

struct SystemUsage {
  Duration cpu_time{0};  ///< of all the program's threads, the kernel's work for them included
  std::uint64_t switches = 0;     ///< how often a thread that had waited took up a core
  std::uint64_t calls = 0;        ///< system calls
  std::uint32_t threads_max = 0;  ///< alive at the same time
};

}  // namespace proactor_lab
