// The names that lessons use for the columns of the interaction diagram. A coarse role names
// several columns.
#pragma once

#include <string_view>

#include "traces/figures/interaction/interaction.hpp"

namespace proactor_lab {

/// `none` if no column has this name.
figures::Lifeline lifeline_called(std::string_view id);
/// Empty if lessons have no name for it.
std::string_view id_of_lifeline(figures::Lifeline lifeline);

}  // namespace proactor_lab
