// Describes a trace in plain words. The window and `plab explain` use the same sentences.
#pragma once

#include <cstdint>
#include <string>

#include "traces/model/model.hpp"

namespace proactor_lab {

/// Describes a run in at most 40 lines: what was done, how long each part took, what is unusual,
/// and what the recording could not see.
std::string explain_run(const Model& model);

/// Explains why event `seq` happened when it did, what its operation had gone through by then, and
/// what else could have happened. At most 40 lines.
std::string explain_event(const Model& model, std::uint32_t seq);

/// Turns a sentence into a reason within a longer sentence: "The run starts." becomes "because the
/// run starts".
std::string because(std::string sentence);

}  // namespace proactor_lab
