// A trace in plain words. The window and `plab explain` use the same sentences.
#pragma once

#include <cstdint>
#include <string>

#include "traces/model/model.hpp"

namespace proactor_lab {

/// A run in at most 40 lines: what was done, how long each part took, what is odd, what the
/// recording could not see.
std::string explain_run(const Model& model);

/// Why event `seq` happened now, what its operation went through until then, and what else could
/// have happened; at most 40 lines.
std::string explain_event(const Model& model, std::uint32_t seq);

/// "The run starts." as a reason within a longer sentence: "because the run starts".
std::string because(std::string sentence);

}  // namespace proactor_lab
