// A trace in plain words. The window and `plab explain` use the same sentences.
#pragma once

#include <cstdint>
#include <string>

#include "traces/model.hpp"

namespace proactor_lab {

/// A run in at most 40 lines: what was done, how long it took, what is odd.
std::string explain_run(const Model& model);

/// Why event `seq` happened now: its chain of causes back to the start, at most 40 lines.
std::string explain_event(const Model& model, std::uint32_t seq);

}  // namespace proactor_lab
