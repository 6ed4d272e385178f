// How the window is drawn: one root window of Dear ImGui and the panes in their places. Then the
// requests that resulted are applied.
#include <algorithm>

#include <imgui.h>

#include "gui/app.hpp"
#include "gui/panes/panes.hpp"
#include "gui/view/layout.hpp"

namespace proactor_lab::gui {

using figures::Face;
using figures::Ink;
using figures::Rect;

namespace {

constexpr ImGuiWindowFlags root_flags =
    ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoSavedSettings |
    ImGuiWindowFlags_NoNav | ImGuiWindowFlags_NoBringToFrontOnFocus |
    ImGuiWindowFlags_NoScrollWithMouse | ImGuiWindowFlags_NoBackground;

Rect window_rect() {
  const ImVec2 size = ImGui::GetIO().DisplaySize;
  return {0, 0, size.x, size.y};
}

/// Nothing is open: shows how to open something.
void draw_welcome(const Canvas& canvas, Rect window) {
  draw_logo(canvas, {window.middle_x(), window.middle_y() - 90}, 34);
  const auto centred = [&](float y, const char* words, figures::TextStyle style) {
    style.anchor = figures::Anchor::middle;
    canvas.text({window.middle_x(), window.middle_y() + y}, words, style);
  };
  centred(-30, "Proactor Lab", {Ink::text, 30, Face::bold});
  centred(22, "Drop a trace or a scenario here,", {Ink::text_dim, 16});
  centred(46, "or press Enter for the first lesson.", {Ink::text_dim, 16});
}

/// The least size of the layout. A smaller window shows only its upper left part.
Rect at_least(Rect window) {
  window.width = std::max(window.width, least_width);
  window.height = std::max(window.height, least_height);
  return window;
}

}  // namespace

void App::draw(const Fonts& fonts) {
  const Rect window = window_rect();
  ImGui::SetNextWindowPos({0, 0});
  ImGui::SetNextWindowSize({window.width, window.height});
  ImGui::Begin("root", nullptr, root_flags);
  Requests requests;
  draw_panes(fonts, requests);
  if (settings_.help) {
    // Drawn in a separate window over everything, so that nothing below it can be clicked.
    ImGui::SetNextWindowPos({0, 0});
    ImGui::SetNextWindowSize({window.width, window.height});
    ImGui::SetNextWindowFocus();
    ImGui::Begin("help", nullptr, root_flags & ~ImGuiWindowFlags_NoBringToFrontOnFocus);
    draw_help(Canvas{fonts, settings_.theme}, window, requests);
    ImGui::End();
  }
  ImGui::End();
  for (const Request& request : requests) apply(request);
}

void App::draw_panes(const Fonts& fonts, Requests& requests) {
  const Canvas canvas{fonts, settings_.theme};
  const Rect window = at_least(window_rect());
  canvas.fill(window, Ink::background);
  Snapshot shown = snapshot();
  if (shown.model && shown.settings.stage == StageView::interaction) shown.layout = &layout();
  if (!shown.model) {
    const Rect header = layout_of(window.width, window.height, false, {}).header;
    const Rect rest{0, header.bottom(), window.width, window.height - header.height};
    draw_header(canvas, header, shown, requests);
    bool open_first_lesson = false;
    if (first_launch_) {
      open_first_lesson = first_launch_->draw(canvas, rest);
    } else {
      draw_welcome(canvas, rest);
    }
    if (!notice_.empty()) draw_notice(canvas, rest, shown, requests);
    if (open_first_lesson) press(Key::enter);
    return;
  }
  const PaneSet& panes = shown.settings.panes;
  const Layout layout = layout_of(window.width, window.height, shown.lesson != nullptr, panes);
  draw_header(canvas, layout.header, shown, requests);
  if (shown.lesson) draw_lesson(canvas, layout.lesson, shown, requests);
  draw_tabs(canvas, layout.tabs, shown, requests);
  draw_stage(canvas, layout.stage, shown, requests);
  draw_narration(canvas, layout.narration, shown);
  if (panes.transport) draw_transport(canvas, layout.transport, shown, requests);
  if (panes.code) draw_code(canvas, layout.code, shown);
  if (panes.events) draw_events(canvas, layout.events, shown, requests);
  if (panes.states) draw_states(canvas, layout.states, shown, requests);
  if (panes.inspector) draw_inspector(canvas, layout.inspector, shown, causes_, requests);
  if (panes.states || panes.inspector) {
    const float x = panes.states ? layout.states.x : layout.inspector.x;
    canvas.line({x, layout.header.bottom()}, {x, window.height}, Ink::grid);
  }
  if (!notice_.empty()) draw_notice(canvas, layout.stage, shown, requests);
}

}  // namespace proactor_lab::gui
