// Colours of a palette as Dear ImGui wants them, and the little of its own style that we let show.
#pragma once

#include <string_view>

#include "traces/figures/ink.hpp"

namespace proactor_lab::gui {

/// A palette's colour, packed. `alpha` from 0 to 1.
unsigned packed(figures::Ink ink, figures::Theme theme, float alpha = 1);

/// `share` of `over` laid on `under`, opaque: tints that do not depend on what lies below.
unsigned blended(figures::Ink under, figures::Ink over, float share, figures::Theme theme);

/// Sets the current Dear ImGui context's style. Sizes are logical pixels: the scale is applied when
/// the frame is drawn.
void apply_theme(figures::Theme theme);

figures::Theme next(figures::Theme theme);
std::string_view name_of(figures::Theme theme);

}  // namespace proactor_lab::gui
