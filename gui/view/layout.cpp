#include "gui/view/layout.hpp"

#include <algorithm>
#include <cmath>

namespace proactor_lab::gui {
namespace {

/// `low` in the smallest window, `high` in a 1600x900 window, interpolated between them.
float between(float low, float high, float share) {
  return std::round(low + (high - low) * std::clamp(share, 0.f, 1.f));
}

}  // namespace

Layout layout_of(float width, float height, bool has_lesson, const PaneSet& panes) {
  const float across = (width - least_width) / (1600 - least_width);
  const float down = (height - least_height) / (900 - least_height);
  Layout layout;
  layout.compact = width < 1280 || height < 760;

  const float header = between(40, 44, down);
  const float left = has_lesson ? between(256, 332, across) : 0;
  const float right = panes.states || panes.inspector ? between(272, 372, across) : 0;
  const float middle = width - left - right;
  const float tabs = between(34, 39, down);
  const float narration = 30;
  const float transport = panes.transport ? between(46, 58, down) : 0;
  const float bottom = panes.code || panes.events ? between(122, 176, down) : 0;
  const float body = height - header;
  const float stage = body - tabs - narration - transport - bottom;

  layout.header = {0, 0, width, header};
  layout.lesson = {0, header, left, body};
  float y = header;
  const auto take = [&](float high) {
    const figures::Rect row{left, y, middle, high};
    y += high;
    return row;
  };
  layout.tabs = take(tabs);
  layout.stage = take(stage);
  layout.narration = take(narration);
  layout.transport = take(transport);
  const figures::Rect row = take(bottom);
  const float code = !panes.code ? 0 : !panes.events ? row.width : std::round(row.width * 0.56f);
  layout.code = {row.x, row.y, code, row.height};
  layout.events = {row.x + code, row.y, row.width - code, row.height};

  float states = !panes.states ? 0 : between(286, 330, down);
  if (!panes.inspector) states = body;
  layout.states = {width - right, header, right, states};
  layout.inspector = {width - right, header + states, right, body - states};
  return layout;
}

}  // namespace proactor_lab::gui
