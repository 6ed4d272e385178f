// The number by which facts refer to each other, and operations to the fact that caused them.
#pragma once

#include <cstdint>

namespace proactor_lab {

/// Facts are numbered from 1 in the order of recording; 0 is none.
using FactIndex = std::uint32_t;

}  // namespace proactor_lab
