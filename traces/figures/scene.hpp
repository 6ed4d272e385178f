// A picture as a list of shapes in painting order. A scene does not depend on a window toolkit: the
// window, the SVG writer and the tests read the same list. Coordinates are logical pixels with the
// origin at the top left. Colours are roles (`Ink`), which a palette maps to values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "traces/figures/ink.hpp"

namespace proactor_lab::figures {

struct Point {
  float x = 0;
  float y = 0;
};

struct Rect {
  float x = 0;
  float y = 0;
  float width = 0;
  float height = 0;
  float right() const { return x + width; }
  float bottom() const { return y + height; }
  float middle_x() const { return x + width / 2; }
  float middle_y() const { return y + height / 2; }
  bool contains(Point p) const { return p.x >= x && p.x < right() && p.y >= y && p.y < bottom(); }
};

/// What a shape represents; a click on the shape selects it.
struct Target {
  enum class Kind : std::uint8_t { none, event, operation, lifeline, thread, state, handle };
  Kind kind = Kind::none;
  std::uint32_t id = 0;  ///< event `seq`, operation, thread; for lifelines a `Lifeline`
  friend bool operator==(const Target&, const Target&) = default;
};

enum class ShapeKind : std::uint8_t {
  rectangle,  ///< `box`, corners rounded by `radius`
  line,       ///< from `from` to `to`
  arrow,      ///< a line with a filled head at `to`
  circle,     ///< centre `from`, `radius`
  text,       ///< `text` with the top of its em square at `from`; x as `anchor` says
  push_clip,  ///< clips the following shapes to `box`, until the matching pop
  pop_clip,
};

enum class Dash : std::uint8_t { solid, dashed, dotted };
/// Drawn over the fill, so that no meaning depends on colour alone.
enum class Pattern : std::uint8_t { none, diagonals, dots };
enum class Anchor : std::uint8_t { left, middle, right };
enum class Face : std::uint8_t { regular, bold, mono };

/// How a shape appears when a player moves the playhead over a still picture. Not needed to draw
/// the picture as it is.
enum class Motion : std::uint8_t {
  none,     ///< always visible; does not scroll
  fades,    ///< fades in while its event comes
  lands,    ///< appears at once with its event
  travels,  ///< moves from `from` to `to` while its event comes
  fills,    ///< fills from left to right while its event comes; stays above the playhead
  grows,    ///< grows downwards with the playhead, from its event on
  sticks,   ///< stays at the top of the visible part while there is room above `limit`
  yields,   ///< like lands, but hidden near the playhead and its label
  spans,    ///< as high as the view; does not scroll
  hangs,    ///< attached to the bottom of the view; does not scroll
  wipes,    ///< visible left of the playhead (if time runs to the right)
  arrives,  ///< appears when the playhead is right of `limit`
};

struct Life {
  Motion motion = Motion::none;
  std::uint32_t since = 0;      ///< event at which it appears; 0: none
  std::uint32_t until = 0;      ///< the event that ends it; 0: none
  std::uint32_t operation = 0;  ///< dimmed while another operation is followed
  float limit = 0;
};

struct Shape {
  ShapeKind kind = ShapeKind::rectangle;
  Ink fill = Ink::none;
  Ink stroke = Ink::none;
  Dash dash = Dash::solid;
  Pattern pattern = Pattern::none;
  Anchor anchor = Anchor::left;
  Face face = Face::regular;
  float fill_alpha = 1;
  float stroke_alpha = 1;
  float thickness = 1;
  float radius = 0;
  float text_size = 13;  ///< height of the em square
  Rect box;
  Point from;
  Point to;
  Target target;
  Life life;
  std::string text;
};

struct Stroke {
  Ink ink = Ink::text_dim;
  float thickness = 1;
  Dash dash = Dash::solid;
  float alpha = 1;
};

struct TextStyle {
  Ink ink = Ink::text;
  float size = 13;
  Face face = Face::regular;
  Anchor anchor = Anchor::left;
  float alpha = 1;
};

class Scene {
 public:
  Scene(float width, float height) : width_(width), height_(height) {}

  float width() const { return width_; }
  float height() const { return height_; }
  const std::vector<Shape>& shapes() const { return shapes_; }

  /// Each call appends one shape and returns it, so that the caller can set its other properties.
  /// The reference is valid until the next call.
  Shape& rectangle(Rect box, Ink fill, float radius = 0, float alpha = 1);
  Shape& outline(Rect box, Stroke stroke, float radius = 0);
  Shape& line(Point from, Point to, Stroke stroke);
  Shape& arrow(Point from, Point to, Stroke stroke);
  Shape& circle(Point centre, float radius, Ink fill, float alpha = 1);
  Shape& text(Point at, std::string text, TextStyle style = {});
  void push_clip(Rect box);
  void pop_clip();

  /// Sets the `life` of the shapes appended after this call.
  void set_life(Life life) { life_ = life; }
  const Life& life() const { return life_; }

  /// Appends another scene moved by `offset`, clipped to its own size.
  void append(const Scene& other, Point offset);

  /// The target of the topmost shape at `p` that has one; `Kind::none` if there is none.
  Target hit(Point p) const;

 private:
  float width_;
  float height_;
  Shape& add(ShapeKind kind);

  std::vector<Shape> shapes_;
  Life life_;
};

/// Width of `text` in logical pixels at `size`, from the advance widths of Inter (or of a
/// monospaced face). An estimate within a few per cent for other fonts; the same on every machine.
float text_width(const std::string& text, float size, Face face = Face::regular);

/// `text`, cut with an ellipsis so that it is at most `width` wide.
std::string fit_text(const std::string& text, float width, float size, Face face = Face::regular);

}  // namespace proactor_lab::figures
