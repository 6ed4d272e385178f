// Initial inputs for the fuzzers, and inputs that once broke a reader.
#pragma once

#include <string>
#include <vector>

#include "tests/fuzz/readers/readers.hpp"

namespace proactor_lab::fuzz {

/// Well-formed files of the repository; a lesson's two files are joined into one.
std::vector<std::string> seeds_of(const Reader& reader);

/// The files in tests/fuzz/readers/found/NAME: found by a fuzzer, fixed since.
std::vector<std::string> found_for(const Reader& reader);

}  // namespace proactor_lab::fuzz
