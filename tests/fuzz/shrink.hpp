// Makes a program smaller for as long as it still does what it was found for.
#pragma once

#include <functional>
#include <vector>

#include "tests/fuzz/program.hpp"

namespace proactor_lab::fuzz {

/// Programs that are simpler than `program` by one change, the greatest changes first.
std::vector<Program> simpler(const Program& program);

/// The smallest program near `program` of which `still_fails` is true, after at most so many calls.
Program shrink(const Program& program, const std::function<bool(const Program&)>& still_fails,
               int attempts);

}  // namespace proactor_lab::fuzz
