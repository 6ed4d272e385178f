#include "traces/figures/page/page_shapes.hpp"

#include "traces/figures/shape_geometry.hpp"

namespace proactor_lab::figures {

namespace {

constexpr int motions = 16;  // kind and motion are encoded in one number

std::string hundredths(float value) { return std::to_string(static_cast<int>(value * 100 + 0.5f)); }

}  // namespace

/// [fill, its opacity, stroke, its opacity, thickness, dash, pattern, radius, text size, face,
/// anchor]; opacities are in hundredths.
std::size_t PageShapes::look(const Shape& shape) {
  JsonList look('[');
  look.number(static_cast<std::int64_t>(shape.fill));
  look.raw(hundredths(shape.fill_alpha));
  look.number(static_cast<std::int64_t>(shape.stroke));
  look.raw(hundredths(shape.stroke_alpha));
  look.number(shape.thickness);
  look.number(static_cast<std::int64_t>(shape.dash));
  look.number(static_cast<std::int64_t>(shape.pattern));
  look.number(shape.radius);
  look.number(shape.kind == ShapeKind::text ? shape.text_size : 0.f);
  look.number(static_cast<std::int64_t>(shape.face));
  look.number(static_cast<std::int64_t>(shape.anchor));
  std::string text = look.take();
  const auto [place, is_new] = look_places_.try_emplace(text, look_places_.size());
  if (is_new) looks_.raw(text);
  return place->second;
}

std::string PageShapes::shape(const Shape& shape) {
  const Life& life = shape.life;
  JsonList out('[');
  out.number(static_cast<std::int64_t>(shape.kind) * motions +
             static_cast<std::int64_t>(life.motion));
  out.number(static_cast<std::int64_t>(look(shape)));
  std::string rest[] = {
      std::to_string(life.since), std::to_string(life.operation), "0", "0", "0", "0", "0",
      json_number(life.limit),    std::to_string(life.until)};
  const auto put = [&](float a, float b, float c, float d) {
    rest[2] = json_number(a);
    rest[3] = json_number(b);
    rest[4] = json_number(c);
    rest[5] = json_number(d);
  };
  switch (shape.kind) {
    case ShapeKind::rectangle:
      put(shape.box.x, shape.box.y, shape.box.width, shape.box.height);
      break;
    case ShapeKind::line:
    case ShapeKind::arrow:
      put(shape.from.x, shape.from.y, shape.to.x, shape.to.y);
      break;
    case ShapeKind::circle:
      put(shape.from.x, shape.from.y, shape.radius, 0);
      break;
    case ShapeKind::text:
      put(shape.from.x, shape.from.y + baseline_offset(shape.text_size), 0, 0);
      rest[6] = json_text(shape.text);
      break;
    case ShapeKind::push_clip:
    case ShapeKind::pop_clip:
      break;
  }
  std::size_t count = std::size(rest);
  while (count > 0 && rest[count - 1] == "0") --count;
  for (std::size_t i = 0; i < count; ++i) out.raw(rest[i]);
  return out.take();
}

std::size_t PageShapes::kept(const Shape& one) {
  std::string text = shape(one);
  const auto [place, is_new] = kept_places_.try_emplace(text, kept_places_.size());
  if (is_new) kept_.raw(text);
  return place->second;
}

}  // namespace proactor_lab::figures
