// What makes a system hang or crash is found out in processes of its own, which may end.
#pragma once

#include <functional>

#include "tests/fuzz/fuzzer.hpp"

namespace proactor_lab::fuzz {

/// `action` runs in a child process. True if that crashed, or had to be ended after some seconds.
bool ends_badly(const std::function<void()>& action);

/// The smallest program near `program` with which `play` ends badly; `program` itself if it does
/// not do so again.
Program shrink_bad_end(const Program& program, const std::function<void(const Program&)>& play);

/// Plays on `arm` several times: what ends badly may be rare.
void play_repeatedly(const Program& program, const Arm& arm);

}  // namespace proactor_lab::fuzz
