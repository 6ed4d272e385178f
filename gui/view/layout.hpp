// The positions of the panes in a window of a given size. The space of panes that a document does
// not need is given to the stage.
#pragma once

#include "gui/document/lesson_view.hpp"
#include "traces/figures/scene.hpp"

namespace proactor_lab::gui {

struct Layout {
  figures::Rect header;
  figures::Rect lesson;  ///< hidden panes have size 0
  figures::Rect tabs;
  figures::Rect stage;
  figures::Rect narration;
  figures::Rect transport;
  figures::Rect code;
  figures::Rect events;
  figures::Rect states;
  figures::Rect inspector;
  bool compact = false;  ///< little space: shorter words, smaller margins
};

/// The smallest window, in logical pixels, that shows everything.
inline constexpr float least_width = 1024;
inline constexpr float least_height = 640;

Layout layout_of(float width, float height, bool has_lesson, const PaneSet& panes);

}  // namespace proactor_lab::gui
