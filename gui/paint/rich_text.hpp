// Draws a lesson's prose on a canvas: blocks of words in several styles, broken at spaces.
#pragma once

#include <vector>

#include "gui/paint/canvas.hpp"
#include "lessons/player/lesson_text.hpp"

namespace proactor_lab::gui {

struct ProseStyle {
  figures::Ink ink = figures::Ink::text;
  float size = 14;
  float line_height = 21;
  float block_gap = 11;
};

/// Returns the height used. If `draw` is false, only measures.
float draw_prose(const Canvas& canvas, figures::Point at, float width,
                 const std::vector<TextBlock>& blocks, const ProseStyle& style = {},
                 bool draw = true);

}  // namespace proactor_lab::gui
