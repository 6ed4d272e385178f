// Paints a figure on a Dear ImGui draw list, exactly as the scene describes it. svg.cpp does the
// same for files, with the same geometry.
#pragma once

#include "gui/paint/fonts.hpp"
#include "traces/figures/scene.hpp"

struct ImDrawList;

namespace proactor_lab::gui {

/// Paints `scene` with its origin at `offset`, scaled by `scale`. Shapes outside the list's clip
/// rectangle are skipped, so a scene may be much larger than the window.
void paint(ImDrawList& list, const figures::Scene& scene, const Fonts& fonts, figures::Theme theme,
           figures::Point offset, float scale = 1);

}  // namespace proactor_lab::gui
