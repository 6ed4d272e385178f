// Small random programs.
#pragma once

#include <cstdint>

#include "tests/fuzz/program.hpp"

namespace proactor_lab::fuzz {

/// Two to eight steps on at most two connections, a listener and a file. The same seed gives the
/// same program.
Program random_program(std::uint64_t seed);

}  // namespace proactor_lab::fuzz
