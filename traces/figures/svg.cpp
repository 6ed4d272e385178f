// Clips are nested <svg> elements, which clip to their own box without identifiers, so that one
// HTML page can contain several documents. Patterns are <pattern> definitions named by their
// colour.
#include "traces/figures/svg.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <set>
#include <string_view>
#include <tuple>

#include "traces/figures/shape_geometry.hpp"
#include "traces/format/utf8.hpp"

namespace proactor_lab::figures {
namespace {

/// With at most two decimals, the same in every locale.
std::string number(float value) {
  if (!std::isfinite(value)) return "0";
  const auto hundredths = static_cast<std::int64_t>(std::llround(static_cast<double>(value) * 100));
  const std::uint64_t magnitude = static_cast<std::uint64_t>(std::llabs(hundredths));
  std::string text = hundredths < 0 ? "-" : "";
  text += std::to_string(magnitude / 100);
  if (const auto rest = magnitude % 100; rest != 0) {
    text += '.';
    text += static_cast<char>('0' + rest / 10);
    if (rest % 10 != 0) text += static_cast<char>('0' + rest % 10);
  }
  return text;
}

std::string hex(Colour colour) {
  char text[8];
  std::snprintf(text, sizeof text, "#%02x%02x%02x", colour.red, colour.green, colour.blue);
  return text;
}

/// Keeps what XML 1.0 allows as character data; the rest becomes U+FFFD.
std::string escaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    char32_t c = next_code_point(text);
    if (c < 0x20 || c == 0xFFFE || c == 0xFFFF) c = c == '\t' || c == '\n' ? ' ' : 0xFFFD;
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        append_utf8(out, c);
    }
  }
  return out;
}

class SvgWriter {
 public:
  SvgWriter(const Scene& scene, Theme theme, const SvgDocument& document)
      : scene_(scene), theme_(theme), document_(document) {}

  std::string write() {
    const std::string width = number(scene_.width());
    const std::string height = number(scene_.height());
    out_ =
        "<svg xmlns=\"http://www.w3.org/2000/svg\"" + size() + " viewBox=\"0 0 " + width + " " +
        height +
        "\" role=\"img\" xml:space=\"preserve\" font-family=\"Inter, 'Helvetica Neue', Helvetica, "
        "Arial, 'Liberation Sans', sans-serif\">\n";
    if (!document_.title.empty()) out_ += "<title>" + escaped(document_.title) + "</title>\n";
    if (!document_.description.empty()) {
      out_ += "<desc>" + escaped(document_.description) + "</desc>\n";
    }
    definitions();
    out_ += "<rect width=\"" + width + "\" height=\"" + height + "\" fill=\"" +
            hex(colour_of(Ink::background, theme_)) + "\"/>\n";
    for (const Shape& shape : scene_.shapes()) add(shape);
    for (; depth_ > 0; --depth_) out_ += "</svg>\n";
    return out_ + "</svg>\n";
  }

 private:
  std::string size() const {
    constexpr float mm_per_pixel = 25.4f / 96;  // CSS: 96 pixels per inch
    const float mm = scene_.width() * mm_per_pixel;
    if (document_.width_max_mm <= 0 || mm <= document_.width_max_mm) {
      return attribute("width", scene_.width()) + attribute("height", scene_.height());
    }
    const float scale = document_.width_max_mm / scene_.width();
    return " width=\"" + number(document_.width_max_mm) + "mm\" height=\"" +
           number(scene_.height() * scale) + "mm\"";
  }

  using PatternKey = std::tuple<Pattern, Ink>;

  static std::string name_of(PatternKey key) {
    return std::string{std::get<0>(key) == Pattern::diagonals ? "diagonals-" : "dots-"} +
           std::to_string(static_cast<int>(std::get<1>(key)));
  }

  std::string colour(const char* attribute, Ink ink, float alpha) const {
    if (ink == Ink::none) return std::string{" "} + attribute + "=\"none\"";
    std::string text = std::string{" "} + attribute + "=\"" + hex(colour_of(ink, theme_)) + "\"";
    if (alpha < 1) text += std::string{" "} + attribute + "-opacity=\"" + number(alpha) + "\"";
    return text;
  }

  std::string stroke(const Shape& shape) const {
    if (shape.stroke == Ink::none) return {};
    std::string text = colour("stroke", shape.stroke, shape.stroke_alpha);
    text += " stroke-width=\"" + number(shape.thickness) + "\"";
    if (shape.dash == Dash::dashed) {
      text += " stroke-dasharray=\"" + number(dash_length) + " " + number(dash_gap) + "\"";
    } else if (shape.dash == Dash::dotted) {
      text += " stroke-linecap=\"round\" stroke-dasharray=\"0.01 " + number(dot_gap) + "\"";
    }
    return text;
  }

  static std::string attribute(const char* name, float value) {
    return std::string{" "} + name + "=\"" + number(value) + "\"";
  }

  static std::string box(const Shape& shape) {
    return attribute("x", shape.box.x) + attribute("y", shape.box.y) +
           attribute("width", std::max(0.f, shape.box.width)) +
           attribute("height", std::max(0.f, shape.box.height));
  }

  void definitions() {
    std::set<PatternKey> used;
    for (const Shape& shape : scene_.shapes()) {
      if (shape.kind == ShapeKind::rectangle && shape.pattern != Pattern::none) {
        used.insert({shape.pattern, pattern_ink(shape)});
      }
    }
    if (used.empty()) return;
    out_ += "<defs>\n";
    for (const PatternKey& key : used) {
      const auto [pattern, ink] = key;
      const bool diagonals = pattern == Pattern::diagonals;
      const std::string side = number(diagonals ? diagonal_spacing : dot_spacing);
      out_ += "<pattern id=\"" + name_of(key) + "\" patternUnits=\"userSpaceOnUse\" width=\"" +
              side + "\" height=\"" + side + "\">";
      if (diagonals) {  // the middle line, and the corners of the neighbours' lines
        const float s = diagonal_spacing;
        out_ += "<path d=\"M-1 1L1 -1M0 " + side + "L" + side + " 0M" + number(s - 1) + " " +
                number(s + 1) + "L" + number(s + 1) + " " + number(s - 1) + "\"" +
                colour("stroke", ink, pattern_alpha) + " stroke-width=\"" +
                number(diagonal_thickness) + "\"/>";
      } else {
        out_ += "<circle" + attribute("cx", dot_spacing / 2) + attribute("cy", dot_spacing / 2) +
                attribute("r", dot_radius) + colour("fill", ink, pattern_alpha) + "/>";
      }
      out_ += "</pattern>\n";
    }
    out_ += "</defs>\n";
  }

  void add(const Shape& shape) {
    switch (shape.kind) {
      case ShapeKind::rectangle:
        return add_rectangle(shape);
      case ShapeKind::line:
        return add_line(shape, shape.to);
      case ShapeKind::arrow:
        return add_arrow(shape);
      case ShapeKind::circle:
        return add_circle(shape);
      case ShapeKind::text:
        return add_text(shape);
      case ShapeKind::push_clip:
        ++depth_;
        out_ += "<svg" + box(shape) + " viewBox=\"" + number(shape.box.x) + " " +
                number(shape.box.y) + " " + number(std::max(0.f, shape.box.width)) + " " +
                number(std::max(0.f, shape.box.height)) + "\" overflow=\"hidden\">\n";
        return;
      case ShapeKind::pop_clip:
        if (depth_ == 0) return;
        --depth_;
        out_ += "</svg>\n";
        return;
    }
  }

  void add_rectangle(const Shape& shape) {
    const std::string round = shape.radius > 0 ? attribute("rx", shape.radius) : "";
    out_ += "<rect" + box(shape) + round + colour("fill", shape.fill, shape.fill_alpha) +
            stroke(shape) + "/>\n";
    if (shape.pattern != Pattern::none) {
      out_ += "<rect" + box(shape) + round + " fill=\"url(#" +
              name_of({shape.pattern, pattern_ink(shape)}) + ")\"/>\n";
    }
  }

  void add_line(const Shape& shape, Point to) {
    out_ += "<line" + attribute("x1", shape.from.x) + attribute("y1", shape.from.y) +
            attribute("x2", to.x) + attribute("y2", to.y) + stroke(shape) + "/>\n";
  }

  void add_arrow(const Shape& shape) {
    const float dx = shape.to.x - shape.from.x;
    const float dy = shape.to.y - shape.from.y;
    const float length = std::hypot(dx, dy);
    if (!(length > 0)) return;
    const float head = std::min(arrow_head_length(shape.thickness), length);
    const float half = arrow_head_half_width(shape.thickness);
    const Point unit{dx / length, dy / length};
    const Point base{shape.to.x - unit.x * head, shape.to.y - unit.y * head};
    if (length > head) add_line(shape, base);
    out_ += "<polygon points=\"" + number(shape.to.x) + "," + number(shape.to.y) + " " +
            number(base.x - unit.y * half) + "," + number(base.y + unit.x * half) + " " +
            number(base.x + unit.y * half) + "," + number(base.y - unit.x * half) + "\"" +
            colour("fill", shape.stroke, shape.stroke_alpha) + "/>\n";
  }

  void add_circle(const Shape& shape) {
    out_ += "<circle" + attribute("cx", shape.from.x) + attribute("cy", shape.from.y) +
            attribute("r", std::max(0.f, shape.radius)) +
            colour("fill", shape.fill, shape.fill_alpha) + stroke(shape) + "/>\n";
  }

  void add_text(const Shape& shape) {
    if (shape.text.empty() || shape.fill == Ink::none) return;
    out_ += "<text" + attribute("x", shape.from.x) +
            attribute("y", shape.from.y + baseline_offset(shape.text_size)) +
            attribute("font-size", shape.text_size);
    if (shape.face == Face::bold) out_ += " font-weight=\"700\"";
    if (shape.face == Face::mono)
      out_ += " font-family=\"'JetBrains Mono', 'DejaVu Sans Mono', monospace\"";
    if (shape.anchor == Anchor::middle) out_ += " text-anchor=\"middle\"";
    if (shape.anchor == Anchor::right) out_ += " text-anchor=\"end\"";
    out_ += colour("fill", shape.fill, shape.fill_alpha) + ">" + escaped(shape.text) + "</text>\n";
  }

  const Scene& scene_;
  Theme theme_;
  const SvgDocument& document_;
  std::string out_;
  int depth_ = 0;
};

}  // namespace

std::string to_svg(const Scene& scene, Theme theme, const SvgDocument& document) {
  return SvgWriter{scene, theme, document}.write();
}

}  // namespace proactor_lab::figures
