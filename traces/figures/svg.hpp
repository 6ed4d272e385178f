// Any scene as an SVG document: self-contained, text as text. Fonts are asked for by name; those
// that stand in for Inter are no wider, so that words stay in their boxes.
#pragma once

#include <string>

#include "traces/figures/scene.hpp"

namespace proactor_lab::figures {

/// What a page of paper and a screen reader want to know.
struct SvgDocument {
  std::string title;        ///< empty: none
  std::string description;  ///< a sentence or two in the place of the picture
  float width_max_mm = 0;   ///< a wider scene is drawn smaller; 0: as large as the scene
};

/// Of A4, between margins of 10 mm.
inline constexpr float a4_width_mm = 190;

std::string to_svg(const Scene& scene, Theme theme, const SvgDocument& document = {});

}  // namespace proactor_lab::figures
