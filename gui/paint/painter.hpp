// Paints a figure on a Dear ImGui draw list. It adds nothing to what the scene says and knows
// nothing of what it means; svg.cpp does the same for files, by the same geometry.
#pragma once

#include "gui/paint/fonts.hpp"
#include "traces/figures/scene.hpp"

struct ImDrawList;

namespace proactor_lab::gui {

/// Paints `scene` with its origin at `offset`, `scale` times its size. What lies outside the list's
/// clip rectangle is left out, so that a scene may be much larger than the window.
void paint(ImDrawList& list, const figures::Scene& scene, const Fonts& fonts, figures::Theme theme,
           figures::Point offset, float scale = 1);

}  // namespace proactor_lab::gui
