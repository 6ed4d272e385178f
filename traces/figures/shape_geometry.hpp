// Details of shapes that `Scene` does not define. The window and the SVG writer share them, so that
// both draw the same picture.
#pragma once

#include "traces/figures/scene.hpp"

namespace proactor_lab::figures {

inline constexpr float dash_length = 6;
inline constexpr float dash_gap = 4;
inline constexpr float dot_gap = 4;  ///< between the centres of a dotted line's dots

inline constexpr float diagonal_spacing = 7;  ///< measured along x
inline constexpr float diagonal_thickness = 1.1f;
inline constexpr float dot_spacing = 6;
inline constexpr float dot_radius = 0.9f;
inline constexpr float pattern_alpha = 0.5f;

/// A pattern is drawn in the shape's stroke ink, or in text_dim if it has none.
constexpr Ink pattern_ink(const Shape& shape) {
  return shape.stroke == Ink::none ? Ink::text_dim : shape.stroke;
}

constexpr float arrow_head_length(float thickness) { return 6.5f + 2 * thickness; }
constexpr float arrow_head_half_width(float thickness) { return 2.8f + 0.9f * thickness; }

/// Distance from the top of a text's em square to its baseline. Capitals are centred in the square:
/// text of size s placed at y - s / 2 is centred on y.
constexpr float baseline_offset(float size) { return 0.864f * size; }

}  // namespace proactor_lab::figures
