// The states diagram before and after each event of a page. Private to the page.
#pragma once

#include <cstdint>
#include <string>

#include "traces/figures/page/page_shapes.hpp"
#include "traces/model/model.hpp"

namespace proactor_lab::figures {

/// Frames of the events first - 1 to last. Each frame has the still shapes, the still shapes during
/// the transition to the next event, the tokens, and the tokens that move during the transition.
std::string page_states(const Model& model, std::uint32_t first, std::uint32_t last,
                        PageShapes& shapes);

}  // namespace proactor_lab::figures
