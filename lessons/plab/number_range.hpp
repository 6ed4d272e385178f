// A validator for numbers on the command line. CLI::Range accepts "nan", because it is neither
// below the minimum nor above the maximum.
#pragma once

#include <cmath>
#include <cstdlib>
#include <string>

#include <CLI/CLI.hpp>

namespace proactor_lab::plab {

/// Accepts numbers from `least` to `most`, both included.
inline CLI::Validator number_in(double least, double most) {
  const auto refuse_none = [](const std::string& text) {
    return std::isnan(std::strtod(text.c_str(), nullptr)) ? "Value " + text + " is no number" : "";
  };
  return CLI::Range(least, most) & CLI::Validator(refuse_none, "");
}

}  // namespace proactor_lab::plab
