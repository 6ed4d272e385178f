#include "gui/paint/canvas.hpp"

#include <imgui.h>

#include "gui/paint/painter.hpp"
#include "gui/paint/theme.hpp"

namespace proactor_lab::gui {

using figures::Anchor;
using figures::Face;
using figures::Ink;
using figures::Point;
using figures::Rect;
using figures::TextStyle;

namespace {

constexpr float scrollbar_room = 10;

ImVec2 vec(Point p) { return {p.x, p.y}; }
ImVec2 corner(const Rect& box) { return {box.x, box.y}; }
ImVec2 far_corner(const Rect& box) { return {box.right(), box.bottom()}; }

}  // namespace

Canvas::Canvas(const Fonts& fonts, figures::Theme theme)
    : fonts_(fonts), theme_(theme), list_(ImGui::GetWindowDrawList()) {}

unsigned Canvas::colour(Ink ink, float alpha) const { return packed(ink, theme_, alpha); }

void Canvas::fill(Rect box, Ink ink, float radius, float alpha) const {
  list_->AddRectFilled(corner(box), far_corner(box), colour(ink, alpha), radius);
}

void Canvas::outline(Rect box, Ink ink, float radius, float thickness, float alpha) const {
  list_->AddRect(corner(box), far_corner(box), colour(ink, alpha), radius, 0, thickness);
}

void Canvas::line(Point from, Point to, Ink ink, float thickness, float alpha) const {
  list_->AddLine(vec(from), vec(to), colour(ink, alpha), thickness);
}

void Canvas::triangle(Point a, Point b, Point c, Ink ink) const {
  list_->AddTriangleFilled(vec(a), vec(b), vec(c), colour(ink));
}

void Canvas::disc(Point centre, float radius, Ink ink, float alpha) const {
  list_->AddCircleFilled(vec(centre), radius, colour(ink, alpha));
}

void Canvas::ring(Point centre, float radius, Ink ink, float thickness) const {
  list_->AddCircle(vec(centre), radius, colour(ink), 0, thickness);
}

float Canvas::width(std::string_view text, const TextStyle& style) const {
  return fonts_.width(text, style.size, style.face);
}

float Canvas::text(Point at, std::string_view text, const TextStyle& style, float slant) const {
  const float wide = width(text, style);
  if (style.anchor == Anchor::middle) at.x -= wide / 2;
  if (style.anchor == Anchor::right) at.x -= wide;
  fonts_.draw(*list_, vec(at), text, style.size, style.face, colour(style.ink, style.alpha), slant);
  return wide;
}

float Canvas::text_within(Point at, float room, std::string_view words,
                          const TextStyle& style) const {
  if (width(words, style) <= room) return text(at, words, style);
  std::string cut = figures::fit_text(std::string{words}, room, style.size, style.face);
  return text(at, cut, style);
}

float Canvas::paragraph(Point at, float room, std::string_view words, const TextStyle& style,
                        float line_height, bool draw) const {
  float y = 0;
  std::string line;
  const auto flush = [&] {
    if (draw) text({at.x, at.y + y}, line, style);
    y += line_height;
    line.clear();
  };
  while (!words.empty()) {
    const std::size_t end = words.find(' ');
    const std::string_view word = words.substr(0, end);
    words.remove_prefix(end == std::string_view::npos ? words.size() : end + 1);
    std::string longer = line;
    if (!longer.empty()) longer += ' ';
    longer += word;
    if (!line.empty() && width(longer, style) > room) {
      flush();
      line = word;
    } else {
      line = std::move(longer);
    }
  }
  if (!line.empty()) flush();
  return y;
}

void Canvas::paint(const figures::Scene& scene, Point offset) const {
  gui::paint(*list_, scene, fonts_, theme_, offset);
}

Press Canvas::press(const char* id, Rect box) const {
  if (box.width <= 0 || box.height <= 0) return {};
  ImGui::SetCursorScreenPos(corner(box));
  Press press;
  press.clicked = ImGui::InvisibleButton(id, {box.width, box.height});
  press.hovered = ImGui::IsItemHovered();
  press.held = ImGui::IsItemActive();
  return press;
}

bool Canvas::button(const char* id, Rect box, std::string_view label, bool primary,
                    bool enabled) const {
  const Press state = enabled ? press(id, box) : Press{};
  constexpr float radius = 6;
  const Face face = primary ? Face::bold : Face::regular;
  Ink ink = enabled ? Ink::text : Ink::text_faint;
  if (primary && enabled) {
    fill(box, Ink::accent, radius, state.hovered ? 0.88f : 1);
    ink = Ink::on_fill;
  } else {
    if (state.hovered) fill(box, Ink::panel_raised, radius);
    outline(box, enabled ? Ink::text_faint : Ink::grid, radius);
  }
  text({box.middle_x(), box.middle_y() - 7}, label, {ink, 14, face, Anchor::middle});
  return state.clicked;
}

int Canvas::choice_row(const char* id, float right, float middle_y,
                       const std::vector<std::string>& words, int chosen, float* left) const {
  constexpr float size = 12;
  constexpr float gap = 12;
  int pressed = -1;
  float x = right;
  ImGui::PushID(id);
  for (int i = static_cast<int>(words.size()) - 1; i >= 0; --i) {
    const bool on = i == chosen;
    const TextStyle style{on ? Ink::text : Ink::text_faint, size, on ? Face::bold : Face::regular};
    const float wide = width(words[i], style);
    x -= wide;
    ImGui::PushID(i);
    const Press state = press("word", {x - gap / 2, middle_y - 13, wide + gap, 26});
    ImGui::PopID();
    if (state.clicked) pressed = i;
    TextStyle drawn = style;
    if (state.hovered && !on) drawn.ink = Ink::text_dim;
    text({x, middle_y - size / 2}, words[i], drawn);
    if (on) line({x, middle_y + 11}, {x + wide, middle_y + 11}, Ink::accent, 1.5f);
    if (i > 0) x -= gap;
  }
  ImGui::PopID();
  if (left) *left = x;
  return pressed;
}

ScrollArea::ScrollArea(const char* id, Rect box) : box_(box), width_(box.width - scrollbar_room) {
  ImGui::SetCursorScreenPos(corner(box));
  ImGui::BeginChild(id, {box.width, box.height}, false, ImGuiWindowFlags_NoBackground);
}

ScrollArea::~ScrollArea() { ImGui::EndChild(); }

Point ScrollArea::origin() const { return {box_.x, box_.y - ImGui::GetScrollY()}; }

void ScrollArea::set_content_height(float height) const {
  ImGui::SetCursorPos({0, 0});
  ImGui::Dummy({1, height});
}

void ScrollArea::draw_shade(const Canvas& canvas) const {
  constexpr float height = 30;
  const float hidden = ImGui::GetScrollMaxY() - ImGui::GetScrollY();
  if (hidden < 1) return;
  const unsigned clear = canvas.colour(Ink::panel, 0);
  const unsigned solid = canvas.colour(Ink::panel);
  canvas.list().AddRectFilledMultiColor({box_.x, box_.bottom() - height},
                                        {box_.x + width_, box_.bottom()}, clear, clear, solid,
                                        solid);
  canvas.text({box_.x + width_ / 2 + scrollbar_room / 2, box_.bottom() - 14}, "▼",
              {Ink::text_dim, 10, Face::regular, Anchor::middle});
}

void draw_caption(const Canvas& canvas, Point at, std::string_view words) {
  canvas.text(at, words, {Ink::text_dim, 11, Face::bold});
}

}  // namespace proactor_lab::gui
