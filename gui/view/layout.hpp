// Where the panes stand in a window of a given size. Fixed panes; what a document does not need
// leaves its room to the stage.
#pragma once

#include "gui/document/lesson_view.hpp"
#include "traces/figures/scene.hpp"

namespace proactor_lab::gui {

struct Layout {
  figures::Rect header;
  figures::Rect lesson;  ///< of no size, as every pane that is away
  figures::Rect tabs;
  figures::Rect stage;
  figures::Rect narration;
  figures::Rect transport;
  figures::Rect code;
  figures::Rect events;
  figures::Rect states;
  figures::Rect inspector;
  bool compact = false;  ///< little room: shorter words, smaller margins
};

/// The smallest window, in logical pixels, in which nothing is cut.
inline constexpr float least_width = 1024;
inline constexpr float least_height = 640;

Layout layout_of(float width, float height, bool has_lesson, const PaneSet& panes);

}  // namespace proactor_lab::gui
