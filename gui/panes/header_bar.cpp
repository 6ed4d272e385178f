// The top of the window: logo, title, the run's program and system, theme switch and help button.
#include <cctype>

#include <imgui.h>

#include "gui/paint/theme.hpp"
#include "gui/panes/panes.hpp"
#include "traces/format/run_systems.hpp"

namespace proactor_lab::gui {

using figures::Anchor;
using figures::Face;
using figures::Ink;
using figures::Point;
using figures::Rect;
using figures::Theme;

void draw_logo(const Canvas& canvas, Point centre, float radius) {
  constexpr float pi = 3.14159265f;
  ImDrawList& list = canvas.list();
  const ImVec2 middle{centre.x, centre.y};
  list.PathArcTo(middle, radius, -0.55f * pi, 0.72f * pi, 28);
  list.PathStroke(canvas.colour(Ink::connection_a), 0, radius * 0.3f);
  list.PathArcTo(middle, radius, 0.92f * pi, 1.25f * pi, 12);
  list.PathStroke(canvas.colour(Ink::connection_a, 0.45f), 0, radius * 0.3f);
  canvas.disc({centre.x - radius * 0.1f, centre.y + radius * 0.12f}, radius * 0.36f,
              Ink::connection_b);
}

namespace {

constexpr float margin = 16;

/// Draws from the right. Returns the x at which the next item ends.
float draw_badge(const Canvas& canvas, float right, float middle, const Trace& trace) {
  const TraceHeader& header = trace.header;
  const bool simulated = system_named(header.system).is_simulated;
  const Ink ink = simulated ? Ink::good : Ink::proactor;
  const std::string words = heading_of_system(header.system, header.seed);
  const figures::TextStyle style{ink, 12, Face::bold};
  const float width = canvas.width(words, style) + 20;
  const Rect pill{right - width, middle - 11, width, 22};
  canvas.fill(pill, ink, 11, 0.16f);
  canvas.outline(pill, ink, 11, 1, 0.6f);
  canvas.text({pill.x + 10, middle - 6}, words, style);
  return pill.x - 12;
}

void draw_breadcrumb(const Canvas& canvas, float left, float right, float middle,
                     const Snapshot& snapshot) {
  const PageView* lesson = snapshot.lesson;
  if (lesson && !lesson->part.empty()) {
    left += canvas.text({left, middle - 7}, lesson->part, {Ink::text_dim, 14}) + 10;
    left += canvas.text({left, middle - 7}, "›", {Ink::text_faint, 14}) + 10;
  }
  const std::string& title = lesson ? lesson->lesson_title : snapshot.title;
  canvas.text_within({left, middle - 7}, right - left, title, {Ink::text, 14});
}

}  // namespace

void draw_header(const Canvas& canvas, Rect box, const Snapshot& snapshot, Requests& requests) {
  canvas.fill(box, Ink::panel_raised, 0, 0.55f);
  canvas.line({box.x, box.bottom()}, {box.right(), box.bottom()}, Ink::grid);
  const float middle = box.middle_y();

  draw_logo(canvas, {box.x + margin + 11, middle}, 9.5f);
  float left = box.x + margin + 31;
  left += canvas.text({left, middle - 8}, "Proactor Lab", {Ink::text, 16, Face::bold}) + 22;

  const Rect help{box.right() - margin - 26, middle - 13, 26, 26};
  const Press press = canvas.press("help", help);
  canvas.fill(help, press.hovered ? Ink::grid : Ink::panel_raised, 6);
  canvas.outline(help, Ink::grid, 6);
  canvas.text({help.middle_x(), middle - 7}, "?", {Ink::text, 14, Face::bold, Anchor::middle});
  if (press.clicked) requests.push_back({Action::toggle_help});

  float right = help.x - 18;
  const int theme = canvas.choice_row("theme", right, middle, {"Dark", "Light", "Contrast"},
                                      static_cast<int>(snapshot.settings.theme), &right);
  if (theme >= 0) requests.push_back({Action::set_theme, static_cast<std::uint32_t>(theme)});
  right -= 26;
  if (snapshot.model) {
    const Trace& trace = snapshot.model->trace();
    right = draw_badge(canvas, right, middle, trace);
    const figures::TextStyle style{Ink::text, 13, Face::mono, Anchor::right};
    if (!trace.header.program.empty() && right - left > 260) {
      right -= canvas.text({right, middle - 6.5f}, trace.header.program, style) + 20;
    }
  }
  draw_breadcrumb(canvas, left, right, middle, snapshot);
}

}  // namespace proactor_lab::gui
