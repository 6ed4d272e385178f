// Exports a trace as Mermaid source, for pages that render Mermaid. EXPORTS.md says what is lost
// compared with the figures.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "traces/model/model.hpp"
#include "traces/model/state_machines.hpp"

namespace proactor_lab::figures {

/// A `sequenceDiagram` of at most `max_events` events from `first` on, limited further to what fits
/// into `mermaid_size_max`. Comments in it say which events it shows and which it omits.
std::string interaction_mermaid(const Model& model, std::uint32_t first, std::uint32_t max_events);

/// A `stateDiagram-v2`. A single machine is drawn directly; several are each drawn in a composite
/// state.
std::string states_mermaid(const std::vector<StateMachine>& machines);

}  // namespace proactor_lab::figures
