// Inputs that fuzzers begin with, and those that once were too much for a reader.
#pragma once

#include <string>
#include <vector>

#include "tests/fuzz/readers/readers.hpp"

namespace proactor_lab::fuzz {

/// Well-formed files of the repository; a lesson's two files in one.
std::vector<std::string> seeds_of(const Reader& reader);

/// tests/fuzz/readers/found/NAME: what a fuzzer found, mended since.
std::vector<std::string> found_for(const Reader& reader);

}  // namespace proactor_lab::fuzz
