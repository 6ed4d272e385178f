// What lessons call the columns of the interaction diagram; the coarse roles stand for several.
#pragma once

#include <string_view>

#include "traces/figures/interaction/interaction.hpp"

namespace proactor_lab {

/// `none` where no column is called so.
figures::Lifeline lifeline_called(std::string_view id);
/// Empty where lessons have no name for it.
std::string_view id_of_lifeline(figures::Lifeline lifeline);

}  // namespace proactor_lab
