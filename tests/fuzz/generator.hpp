// Random programs, balanced so that over many seeds every situation occurs.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/fuzz/program.hpp"

namespace proactor_lab::fuzz {

struct GeneratorConfig {
  std::size_t steps_max = 6;
  std::size_t phases_max = 3;
  /// Words that the text of a step or act must not contain: "drain", "close", "f" ...
  std::vector<std::string> without;
};

/// The same seed gives the same program. Among as many consecutive seeds as coverage has cells,
/// each seed's program contains a different cell.
Program random_program(std::uint64_t seed, const GeneratorConfig& config = {});

}  // namespace proactor_lab::fuzz
