#include "traces/figures/scene.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace proactor_lab::figures {

Shape& Scene::add(ShapeKind kind) {
  Shape& shape = shapes_.emplace_back();
  shape.kind = kind;
  shape.life = life_;
  return shape;
}

Shape& Scene::rectangle(Rect box, Ink fill, float radius, float alpha) {
  Shape& shape = add(ShapeKind::rectangle);
  shape.box = box;
  shape.fill = fill;
  shape.fill_alpha = alpha;
  shape.radius = radius;
  return shape;
}

Shape& Scene::outline(Rect box, Stroke stroke, float radius) {
  Shape& shape = add(ShapeKind::rectangle);
  shape.box = box;
  shape.radius = radius;
  shape.stroke = stroke.ink;
  shape.stroke_alpha = stroke.alpha;
  shape.thickness = stroke.thickness;
  shape.dash = stroke.dash;
  return shape;
}

Shape& Scene::line(Point from, Point to, Stroke stroke) {
  Shape& shape = add(ShapeKind::line);
  shape.from = from;
  shape.to = to;
  shape.stroke = stroke.ink;
  shape.stroke_alpha = stroke.alpha;
  shape.thickness = stroke.thickness;
  shape.dash = stroke.dash;
  return shape;
}

Shape& Scene::arrow(Point from, Point to, Stroke stroke) {
  Shape& shape = line(from, to, stroke);
  shape.kind = ShapeKind::arrow;
  return shape;
}

Shape& Scene::circle(Point centre, float radius, Ink fill, float alpha) {
  Shape& shape = add(ShapeKind::circle);
  shape.from = centre;
  shape.radius = radius;
  shape.fill = fill;
  shape.fill_alpha = alpha;
  return shape;
}

Shape& Scene::text(Point at, std::string text, TextStyle style) {
  Shape& shape = add(ShapeKind::text);
  shape.from = at;
  shape.text = std::move(text);
  shape.fill = style.ink;
  shape.fill_alpha = style.alpha;
  shape.text_size = style.size;
  shape.face = style.face;
  shape.anchor = style.anchor;
  return shape;
}

void Scene::push_clip(Rect box) {
  Shape& shape = add(ShapeKind::push_clip);
  shape.box = box;
}

void Scene::pop_clip() { add(ShapeKind::pop_clip); }

void Scene::append(const Scene& other, Point offset) {
  shapes_.reserve(shapes_.size() + other.shapes_.size() + 2);
  push_clip({offset.x, offset.y, other.width_, other.height_});
  for (std::size_t i = 0, count = other.shapes_.size(); i < count; ++i) {
    Shape shape = other.shapes_[i];
    shape.box.x += offset.x;
    shape.box.y += offset.y;
    shape.from = {shape.from.x + offset.x, shape.from.y + offset.y};
    shape.to = {shape.to.x + offset.x, shape.to.y + offset.y};
    shapes_.push_back(std::move(shape));
  }
  pop_clip();
}

namespace {

constexpr float reach = 5;  ///< maximum distance in pixels of a click from a line

float distance_to_line(Point p, Point from, Point to) {
  const float dx = to.x - from.x;
  const float dy = to.y - from.y;
  const float length_squared = dx * dx + dy * dy;
  float along = 0;
  if (length_squared > 0) {
    along = std::clamp(((p.x - from.x) * dx + (p.y - from.y) * dy) / length_squared, 0.f, 1.f);
  }
  return std::hypot(p.x - from.x - along * dx, p.y - from.y - along * dy);
}

bool covers(const Shape& shape, Point p) {
  switch (shape.kind) {
    case ShapeKind::rectangle:
      return shape.box.contains(p);
    case ShapeKind::line:
    case ShapeKind::arrow:
      return distance_to_line(p, shape.from, shape.to) <= std::max(reach, shape.thickness / 2);
    case ShapeKind::circle:
      return std::hypot(p.x - shape.from.x, p.y - shape.from.y) <= shape.radius;
    case ShapeKind::text: {
      const float width = text_width(shape.text, shape.text_size, shape.face);
      const float left = shape.anchor == Anchor::left     ? 0
                         : shape.anchor == Anchor::middle ? width / 2
                                                          : width;
      return Rect{shape.from.x - left, shape.from.y, width, shape.text_size}.contains(p);
    }
    case ShapeKind::push_clip:
    case ShapeKind::pop_clip:
      break;
  }
  return false;
}

}  // namespace

Target Scene::hit(Point p) const {
  Target found;
  std::vector<bool> visible{true};  // whether `p` is within each active clip
  for (const Shape& shape : shapes_) {
    if (shape.kind == ShapeKind::push_clip) {
      visible.push_back(visible.back() && shape.box.contains(p));
    } else if (shape.kind == ShapeKind::pop_clip) {
      if (visible.size() > 1) visible.pop_back();
    } else if (shape.target.kind != Target::Kind::none && visible.back() && covers(shape, p)) {
      found = shape.target;
    }
  }
  return found;
}

}  // namespace proactor_lab::figures
