// How facts name each other, and operations the fact that caused them.
#pragma once

#include <cstdint>

namespace proactor_lab {

/// Counts facts from 1 in the order of recording; 0 is none.
using FactIndex = std::uint32_t;

}  // namespace proactor_lab
