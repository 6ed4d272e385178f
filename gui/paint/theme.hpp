// Palette colours in Dear ImGui's format, and the few parts of its style that are visible.
#pragma once

#include <string_view>

#include "traces/figures/ink.hpp"

namespace proactor_lab::gui {

/// A palette's colour, packed. `alpha` is from 0 to 1.
unsigned packed(figures::Ink ink, figures::Theme theme, float alpha = 1);

/// Mixes `share` of `over` into `under`. The result is opaque, so it does not depend on the
/// background.
unsigned blended(figures::Ink under, figures::Ink over, float share, figures::Theme theme);

/// Sets the style of the current Dear ImGui context. Sizes are logical pixels; the scale is applied
/// when the frame is drawn.
void apply_theme(figures::Theme theme);

figures::Theme next(figures::Theme theme);
std::string_view name_of(figures::Theme theme);

}  // namespace proactor_lab::gui
