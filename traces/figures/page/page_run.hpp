// The part of a page that shows a run: each event's text and time, the interaction diagram as a
// film, and the operations' states before and after each event. Everything is computed here; the
// page's script only plays it.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "traces/figures/activity/activity.hpp"
#include "traces/figures/interaction/interaction.hpp"
#include "traces/model/model.hpp"

namespace proactor_lab::figures {

struct PageWindow {
  std::uint32_t first = 1;
  std::uint32_t max_events = 400;
  Axis axis = Axis::order;
  Zoom zoom = Zoom::participants;
};

/// JSON for `page_document`. It contains nothing of the model outside the window.
std::string page_run(const Model& model, const std::string& title, const PageWindow& window);

/// JSON of an activity diagram with a playhead. It contains nothing later than a group's horizon.
std::string page_activity(std::span<const ActivityGroup> groups);

}  // namespace proactor_lab::figures
