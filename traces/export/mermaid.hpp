// A trace as Mermaid source, for pages that draw it themselves. EXPORTS.md says what it loses
// beside the figures.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "traces/model/model.hpp"
#include "traces/model/state_machines.hpp"

namespace proactor_lab::figures {

/// A `sequenceDiagram` of at most `max_events` events from `first` on, and of at most as many as
/// fit into `mermaid_size_max`. Comments say which events it shows and which it leaves out.
std::string interaction_mermaid(const Model& model, std::uint32_t first, std::uint32_t max_events);

/// A `stateDiagram-v2`: of a single machine as it is; of several each in a box of its own.
std::string states_mermaid(const std::vector<StateMachine>& machines);

}  // namespace proactor_lab::figures
