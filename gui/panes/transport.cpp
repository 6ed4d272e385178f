// Play, step and speed buttons; beside them the overview of the whole run.
#include "gui/panes/panes.hpp"

namespace proactor_lab::gui {

using figures::Anchor;
using figures::Face;
using figures::Ink;
using figures::Point;
using figures::Rect;

namespace {

constexpr float button_width = 34;

/// Draws a chevron pointing along `direction` (1: right), with a bar if it jumps to an end.
void draw_chevron(const Canvas& canvas, Point centre, float direction, bool bar, Ink ink) {
  constexpr float half = 5;
  const float tip = centre.x + direction * (bar ? 1.f : 2.5f);
  const float back = tip - direction * half;
  canvas.line({back, centre.y - half}, {tip, centre.y}, ink, 2);
  canvas.line({tip, centre.y}, {back, centre.y + half}, ink, 2);
  if (!bar) return;
  const float x = tip + direction * 4;
  canvas.line({x, centre.y - half - 1}, {x, centre.y + half + 1}, ink, 2);
}

void draw_play(const Canvas& canvas, Point centre, float radius, bool playing, bool hovered) {
  canvas.disc(centre, radius, Ink::accent, hovered ? 0.85f : 1);
  if (playing) {
    canvas.fill({centre.x - 5, centre.y - 6, 3.5f, 12}, Ink::on_fill, 1);
    canvas.fill({centre.x + 1.5f, centre.y - 6, 3.5f, 12}, Ink::on_fill, 1);
    return;
  }
  canvas.triangle({centre.x - 4, centre.y - 7}, {centre.x + 7.5f, centre.y},
                  {centre.x - 4, centre.y + 7}, Ink::on_fill);
}

}  // namespace

void draw_transport(const Canvas& canvas, Rect box, const Snapshot& snapshot, Requests& requests) {
  canvas.fill(box, Ink::panel_raised, 0, 0.55f);
  canvas.line({box.x, box.y}, {box.right(), box.y}, Ink::grid);
  const float middle = box.middle_y();
  float x = box.x + 14;
  struct Step {
    const char* id;
    Action action;
    float direction;
    bool bar;
  };
  const auto step = [&](const Step& what, bool possible) {
    const Rect hit{x, middle - 16, button_width, 32};
    const Press press = canvas.press(what.id, hit);
    if (press.hovered && possible) canvas.fill(hit, Ink::grid, 6, 0.6f);
    draw_chevron(canvas, {hit.middle_x(), middle}, what.direction, what.bar,
                 possible ? Ink::text : Ink::text_faint);
    if (press.clicked) requests.push_back({what.action});
    x += button_width;
  };
  const bool back = snapshot.seq() > 0 || snapshot.playback.fraction() > 0;
  const bool forward = snapshot.seq() < snapshot.playback.reach();
  step({"start", Action::go_start, -1, true}, back);
  step({"back", Action::step_back, -1, false}, back);
  const float radius = box.height > 50 ? 17.f : 15.f;
  const Rect play{x + 2, middle - radius, 2 * radius, 2 * radius};
  const Press press = canvas.press("play", play);
  draw_play(canvas, {play.middle_x(), middle}, radius, snapshot.playback.playing(), press.hovered);
  if (press.clicked) requests.push_back({Action::toggle_play});
  x += 2 * radius + 4;
  step({"forward", Action::step_forward, 1, false}, forward);
  step({"end", Action::go_end, 1, true}, forward);

  x += 8;
  const auto pace = [&](const char* id, const char* sign, Action action) {
    const Rect hit{x, middle - 12, 20, 24};
    const Press state = canvas.press(id, hit);
    canvas.text({hit.middle_x(), middle - 7}, sign,
                {state.hovered ? Ink::text : Ink::text_faint, 14, Face::regular, Anchor::middle});
    if (state.clicked) requests.push_back({action});
    x += 20;
  };
  pace("slower", "−", Action::slower);
  canvas.text({x + 15, middle - 6.5f}, snapshot.playback.speed_text(),
              {Ink::text_dim, 13, Face::regular, Anchor::middle});
  x += 30;
  pace("faster", "+", Action::faster);

  x += 14;
  draw_overview(canvas, {x, middle - 17, box.right() - 18 - x, 34}, snapshot, requests);
}

}  // namespace proactor_lab::gui
