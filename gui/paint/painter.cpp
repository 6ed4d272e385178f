#define IMGUI_DEFINE_MATH_OPERATORS

#include "gui/paint/painter.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <imgui.h>
#include <imgui_internal.h>

#include "gui/paint/theme.hpp"
#include "traces/figures/shape_geometry.hpp"

namespace proactor_lab::gui {
namespace {

using figures::Dash;
using figures::Ink;
using figures::Pattern;
using figures::Point;
using figures::Rect;
using figures::Shape;
using figures::ShapeKind;

bool is_finite(const Shape& s) {
  const float sum = s.box.x + s.box.y + s.box.width + s.box.height + s.from.x + s.from.y + s.to.x +
                    s.to.y + s.radius + s.thickness;
  return std::isfinite(sum);
}

class Painter {
 public:
  Painter(ImDrawList& list, const Fonts& fonts, figures::Theme theme, Point offset, float scale)
      : list_(list), fonts_(fonts), theme_(theme), offset_(offset), scale_(scale) {}

  void paint(const Shape& shape) {
    if (!is_finite(shape)) return;
    switch (shape.kind) {
      case ShapeKind::rectangle:
        return rectangle(shape);
      case ShapeKind::line:
        return line(shape);
      case ShapeKind::arrow:
        return arrow(shape);
      case ShapeKind::circle:
        return circle(shape);
      case ShapeKind::text:
        return text(shape);
      case ShapeKind::push_clip:
        ++depth_;
        list_.PushClipRect(map({shape.box.x, shape.box.y}),
                           map({shape.box.right(), shape.box.bottom()}), true);
        return;
      case ShapeKind::pop_clip:
        if (depth_ == 0) return;
        --depth_;
        list_.PopClipRect();
        return;
    }
  }

  void finish() {
    for (; depth_ > 0; --depth_) list_.PopClipRect();
  }

 private:
  ImVec2 map(Point p) const { return {offset_.x + p.x * scale_, offset_.y + p.y * scale_}; }

  ImRect clip() const { return {list_.GetClipRectMin(), list_.GetClipRectMax()}; }

  bool visible(ImVec2 a, ImVec2 b, float margin) const {
    const ImRect rect{ImMin(a, b) - ImVec2{margin, margin}, ImMax(a, b) + ImVec2{margin, margin}};
    return clip().Overlaps(rect);
  }

  unsigned fill(const Shape& s) const { return packed(s.fill, theme_, s.fill_alpha); }
  unsigned stroke(const Shape& s) const { return packed(s.stroke, theme_, s.stroke_alpha); }

  void rectangle(const Shape& shape) {
    const ImVec2 min = map({shape.box.x, shape.box.y});
    const ImVec2 max = map({shape.box.right(), shape.box.bottom()});
    if (max.x <= min.x || max.y <= min.y) return;
    const float thickness = shape.thickness * scale_;
    if (!visible(min, max, thickness)) return;
    const float radius =
        std::min({shape.radius * scale_, (max.x - min.x) / 2, (max.y - min.y) / 2});
    if (shape.fill != Ink::none) list_.AddRectFilled(min, max, fill(shape), radius);
    if (shape.pattern != Pattern::none) pattern(shape, min, max, radius);
    if (shape.stroke == Ink::none) return;
    if (shape.dash == Dash::solid) {
      list_.AddRect(min, max, stroke(shape), radius, 0, thickness);
      return;
    }
    list_.PathRect(min + ImVec2{0.5f, 0.5f}, max - ImVec2{0.5f, 0.5f}, radius);
    std::vector<ImVec2> corners(list_._Path.begin(), list_._Path.end());
    list_.PathClear();
    corners.push_back(corners.front());
    float phase = 0;
    for (std::size_t i = 1; i < corners.size(); ++i) {
      phase = dashes(corners[i - 1], corners[i], shape, phase);
    }
  }

  void pattern(const Shape& shape, ImVec2 min, ImVec2 max, float radius) {
    const unsigned colour =
        packed(figures::pattern_ink(shape), theme_, figures::pattern_alpha * shape.fill_alpha);
    const float inset = radius * 0.3f;  // corners are rounded, but patterns are rectangular
    ImRect area{min + ImVec2{inset, inset}, max - ImVec2{inset, inset}};
    area.ClipWith(clip());
    if (area.GetWidth() < 1 || area.GetHeight() < 1) return;
    if (shape.pattern == Pattern::diagonals) {
      diagonals(area, colour);
    } else {
      dots(area, colour);
    }
  }

  /// Lines x + y = k * spacing, relative to the scene's origin, so that neighbours' lines meet.
  void diagonals(const ImRect& area, unsigned colour) {
    const float spacing = figures::diagonal_spacing * scale_;
    const float origin = offset_.x + offset_.y;
    const float first = area.Min.x + area.Min.y - origin;
    const float last = area.Max.x + area.Max.y - origin;
    for (float k = std::ceil(first / spacing) * spacing; k <= last; k += spacing) {
      const float sum = k + origin;
      const float x0 = std::max(area.Min.x, sum - area.Max.y);
      const float x1 = std::min(area.Max.x, sum - area.Min.y);
      if (x1 - x0 < 0.5f) continue;
      list_.PathLineTo({x0, sum - x0});
      list_.PathLineTo({x1, sum - x1});
      list_.PathStroke(colour, 0, figures::diagonal_thickness * scale_);
    }
  }

  void dots(const ImRect& area, unsigned colour) {
    const float spacing = figures::dot_spacing * scale_;
    const float radius = figures::dot_radius * scale_;
    const auto first = [&](float from, float origin) {
      return std::ceil((from + radius - origin) / spacing - 0.5f) * spacing + spacing / 2 + origin;
    };
    for (float y = first(area.Min.y, offset_.y); y + radius <= area.Max.y; y += spacing) {
      for (float x = first(area.Min.x, offset_.x); x + radius <= area.Max.x; x += spacing) {
        list_.AddRectFilled({x - radius, y - radius}, {x + radius, y + radius}, colour);
      }
    }
  }

  /// Horizontal and vertical hairlines are aligned to whole pixels; others are not moved.
  void stretch(ImVec2 a, ImVec2 b, unsigned colour, float thickness) {
    if (a.x == b.x) a.x = b.x = std::floor(a.x) + 0.5f;
    if (a.y == b.y) a.y = b.y = std::floor(a.y) + 0.5f;
    list_.PathLineTo(a);
    list_.PathLineTo(b);
    list_.PathStroke(colour, 0, thickness);
  }

  /// The visible part of a-b as fractions of its length; false if no part is visible.
  bool visible_part(ImVec2 a, ImVec2 b, float margin, float& from, float& to) const {
    ImRect box = clip();
    box.Expand(margin);
    from = 0;
    to = 1;
    const float delta[] = {b.x - a.x, b.y - a.y};
    const float start[] = {a.x, a.y};
    const float low[] = {box.Min.x, box.Min.y};
    const float high[] = {box.Max.x, box.Max.y};
    for (int axis = 0; axis < 2; ++axis) {
      if (std::abs(delta[axis]) < 1e-6f) {
        if (start[axis] < low[axis] || start[axis] > high[axis]) return false;
        continue;
      }
      const float t0 = (low[axis] - start[axis]) / delta[axis];
      const float t1 = (high[axis] - start[axis]) / delta[axis];
      from = std::max(from, std::min(t0, t1));
      to = std::min(to, std::max(t0, t1));
    }
    return from < to;
  }

  /// Draws dashes or dots from a to b, starting at `phase`; returns the phase at b.
  float dashes(ImVec2 a, ImVec2 b, const Shape& shape, float phase) {
    const bool dotted = shape.dash == Dash::dotted;
    const float period =
        (dotted ? figures::dot_gap : figures::dash_length + figures::dash_gap) * scale_;
    const float dash = dotted ? 0 : figures::dash_length * scale_;
    const float thickness = shape.thickness * scale_;
    const float length = std::hypot(b.x - a.x, b.y - a.y);
    if (length <= 0) return phase;
    const ImVec2 unit = (b - a) * (1 / length);
    float from = 0;
    float to = 1;
    if (visible_part(a, b, thickness, from, to)) {
      const unsigned colour = stroke(shape);
      const float first = std::floor((from * length + phase) / period) * period - phase;
      for (float s = first; s < to * length; s += period) {
        if (dotted) {
          if (s < 0) continue;
          const ImVec2 centre = a + unit * s;
          list_.AddCircleFilled(centre, std::max(0.75f, thickness * 0.5f), colour, 8);
          continue;
        }
        const float begin = std::max(0.f, s);
        const float end = std::min(length, s + dash);
        if (end > begin) stretch(a + unit * begin, a + unit * end, colour, thickness);
      }
    }
    return std::fmod(phase + length, period);
  }

  void segment(const Shape& shape, ImVec2 a, ImVec2 b) {
    const float thickness = shape.thickness * scale_;
    if (shape.dash != Dash::solid) {
      dashes(a, b, shape, 0);
      return;
    }
    float from = 0;
    float to = 1;  // long lines are clipped: distant coordinates lose precision
    if (!visible_part(a, b, thickness + 2, from, to)) return;
    const ImVec2 delta = b - a;
    stretch(a + delta * from, a + delta * to, stroke(shape), thickness);
  }

  void line(const Shape& shape) {
    if (shape.stroke == Ink::none) return;
    const ImVec2 a = map(shape.from);
    const ImVec2 b = map(shape.to);
    if (visible(a, b, shape.thickness * scale_)) segment(shape, a, b);
  }

  void arrow(const Shape& shape) {
    if (shape.stroke == Ink::none) return;
    const ImVec2 a = map(shape.from);
    const ImVec2 b = map(shape.to);
    const float half = figures::arrow_head_half_width(shape.thickness) * scale_;
    if (!visible(a, b, half)) return;
    const float length = std::hypot(b.x - a.x, b.y - a.y);
    if (length <= 0) return;
    const float head = std::min(figures::arrow_head_length(shape.thickness) * scale_, length);
    const ImVec2 unit = (b - a) * (1 / length);
    const ImVec2 base = b - unit * head;
    // The shaft ends inside the head, so that no gap is visible.
    if (length > head) segment(shape, a, b - unit * (head * 0.7f));
    const ImVec2 aside{-unit.y * half, unit.x * half};
    list_.AddTriangleFilled(b, base + aside, base - aside, stroke(shape));
  }

  void circle(const Shape& shape) {
    const ImVec2 centre = map(shape.from);
    const float radius = shape.radius * scale_;
    if (radius <= 0) return;
    const float margin = radius + shape.thickness * scale_;
    if (!visible(centre, centre, margin)) return;
    if (shape.fill != Ink::none) list_.AddCircleFilled(centre, radius, fill(shape));
    if (shape.stroke == Ink::none) return;
    if (shape.dash == Dash::solid) {
      list_.AddCircle(centre, radius, stroke(shape), 0, shape.thickness * scale_);
      return;
    }
    constexpr int dash_count = 10;
    const float share = shape.dash == Dash::dashed ? 0.6f : 0.25f;
    for (int i = 0; i < dash_count; ++i) {
      const float from = static_cast<float>(i) / dash_count * 2 * IM_PI;
      list_.PathArcTo(centre, radius, from, from + share / dash_count * 2 * IM_PI, 4);
      list_.PathStroke(stroke(shape), 0, shape.thickness * scale_);
    }
  }

  void text(const Shape& shape) {
    if (shape.text.empty() || shape.fill == Ink::none) return;
    const ImVec2 at = map(shape.from);
    const float size = shape.text_size * scale_;
    const ImRect box = clip();
    if (at.y > box.Max.y || at.y + size * 1.3f < box.Min.y) return;
    float left = at.x;
    if (shape.anchor != figures::Anchor::left) {
      const float width = fonts_.width(shape.text, size, shape.face);
      left -= shape.anchor == figures::Anchor::middle ? width / 2 : width;
    }
    if (left > box.Max.x) return;
    fonts_.draw(list_, {left, at.y}, shape.text, size, shape.face, fill(shape));
  }

  ImDrawList& list_;
  const Fonts& fonts_;
  figures::Theme theme_;
  Point offset_;
  float scale_;
  int depth_ = 0;
};

}  // namespace

void paint(ImDrawList& list, const figures::Scene& scene, const Fonts& fonts, figures::Theme theme,
           Point offset, float scale) {
  Painter painter{list, fonts, theme, offset, scale};
  for (const Shape& shape : scene.shapes()) painter.paint(shape);
  painter.finish();
}

}  // namespace proactor_lab::gui
