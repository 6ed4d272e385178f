// Writes a scene as a self-contained SVG document, with text as text. Fonts are referred to by
// name; the fallbacks for Inter are no wider, so that text stays in its boxes.
#pragma once

#include <string>

#include "traces/figures/scene.hpp"

namespace proactor_lab::figures {

/// Properties for printing and for screen readers.
struct SvgDocument {
  std::string title;        ///< empty: none
  std::string description;  ///< a sentence or two that describe the picture
  float width_max_mm = 0;   ///< a wider scene is scaled down; 0: not scaled
};

/// Width of A4 between margins of 10 mm.
inline constexpr float a4_width_mm = 190;

std::string to_svg(const Scene& scene, Theme theme, const SvgDocument& document = {});

}  // namespace proactor_lab::figures
