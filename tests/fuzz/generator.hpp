// Random programs, balanced so that in the long run every situation comes up.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/fuzz/program.hpp"

namespace proactor_lab::fuzz {

struct GeneratorConfig {
  std::size_t steps_max = 6;
  std::size_t phases_max = 3;
  /// Words that a step's or an act's text must not have: "drain", "close", "f" ...
  std::vector<std::string> without;
};

/// The same seed gives the same program. Of as many consecutive seeds as there are cells of
/// coverage each has another one of them in its program.
Program random_program(std::uint64_t seed, const GeneratorConfig& config = {});

}  // namespace proactor_lab::fuzz
