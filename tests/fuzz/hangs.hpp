// What makes a system hang is found out in processes of its own, which can be ended.
#pragma once

#include "tests/fuzz/fuzzer.hpp"

namespace proactor_lab::fuzz {

/// Plays `program` on `arm`, again and again, in a child process. True if that had to be ended.
bool hangs(const Program& program, const Arm& arm, int plays);

/// The smallest program near `program` that hangs on `arm`; `program` itself if it does not hang
/// again.
Program shrink_hang(const Program& program, const Arm& arm);

}  // namespace proactor_lab::fuzz
