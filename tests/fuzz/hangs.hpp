// Finds what makes a system hang or crash. It runs in separate processes, which may end.
#pragma once

#include <functional>

#include "tests/fuzz/fuzzer.hpp"

namespace proactor_lab::fuzz {

/// Runs `action` in a child process. True if the child crashed, or was killed after some seconds.
bool ends_badly(const std::function<void()>& action);

/// The smallest program near `program` with which `play` ends badly; `program` itself if that does
/// not happen again.
Program shrink_bad_end(const Program& program, const std::function<void(const Program&)>& play);

/// Plays on `arm` several times, because a bad end may be rare.
void play_repeatedly(const Program& program, const Arm& arm);

}  // namespace proactor_lab::fuzz
