// Makes a program smaller while it still shows the behaviour that it was found for.
#pragma once

#include <functional>
#include <vector>

#include "tests/fuzz/program.hpp"

namespace proactor_lab::fuzz {

/// Programs that are simpler than `program` by one change, the largest changes first.
std::vector<Program> simpler(const Program& program);

/// The smallest program near `program` for which `still_fails` is true. Calls `still_fails` at most
/// `attempts` times.
Program shrink(const Program& program, const std::function<bool(const Program&)>& still_fails,
               int attempts);

}  // namespace proactor_lab::fuzz
