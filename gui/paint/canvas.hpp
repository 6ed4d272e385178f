// Where panes draw: a draw list with the fonts and the theme that go with it, and the few marks and
// buttons that the window has beside its figures. Coordinates are logical pixels of the window.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gui/paint/fonts.hpp"
#include "traces/figures/scene.hpp"

namespace proactor_lab::gui {

/// What the mouse does to a rectangle in this frame.
struct Press {
  bool hovered = false;
  bool held = false;
  bool clicked = false;
};

class Canvas {
 public:
  /// Draws on the current Dear ImGui window.
  Canvas(const Fonts& fonts, figures::Theme theme);

  ImDrawList& list() const { return *list_; }
  const Fonts& fonts() const { return fonts_; }
  figures::Theme theme() const { return theme_; }
  unsigned colour(figures::Ink ink, float alpha = 1) const;

  void fill(figures::Rect box, figures::Ink ink, float radius = 0, float alpha = 1) const;
  void outline(figures::Rect box, figures::Ink ink, float radius = 0, float thickness = 1,
               float alpha = 1) const;
  void line(figures::Point from, figures::Point to, figures::Ink ink, float thickness = 1,
            float alpha = 1) const;
  void triangle(figures::Point a, figures::Point b, figures::Point c, figures::Ink ink) const;
  void disc(figures::Point centre, float radius, figures::Ink ink, float alpha = 1) const;
  void ring(figures::Point centre, float radius, figures::Ink ink, float thickness) const;

  /// Returns the width drawn.
  float text(figures::Point at, std::string_view text, const figures::TextStyle& style,
             float slant = 0) const;
  /// The same, cut with an ellipsis where it is wider than `width`.
  float text_within(figures::Point at, float width, std::string_view text,
                    const figures::TextStyle& style) const;
  /// Broken at spaces; returns the height used. Draws nothing where `draw` is false.
  float paragraph(figures::Point at, float width, std::string_view text,
                  const figures::TextStyle& style, float line_height, bool draw = true) const;
  float width(std::string_view text, const figures::TextStyle& style) const;

  void paint(const figures::Scene& scene, figures::Point offset) const;

  /// Makes `box` a thing that can be pressed. Within a scrolled child `box` is still in window
  /// coordinates of the screen.
  Press press(const char* id, figures::Rect box) const;
  /// A button with words; `primary` is the one thing to do here.
  bool button(const char* id, figures::Rect box, std::string_view label, bool primary,
              bool enabled = true) const;
  /// The words of a switch, the chosen one bright; returns the index pressed or -1. `right` is the
  /// x where the row ends; `left` receives where it begins.
  int choice_row(const char* id, float right, float middle_y, const std::vector<std::string>& words,
                 int chosen, float* left = nullptr) const;

 private:
  const Fonts& fonts_;
  figures::Theme theme_;
  ImDrawList* list_;
};

/// A part of the window that scrolls by itself. Everything between construction and destruction is
/// drawn in it.
class ScrollArea {
 public:
  ScrollArea(const char* id, figures::Rect box);
  ~ScrollArea();
  ScrollArea(const ScrollArea&) = delete;
  ScrollArea& operator=(const ScrollArea&) = delete;

  figures::Point origin() const;  ///< of the content, moved by the scroll position
  float width() const { return width_; }
  void set_content_height(float height) const;
  /// Says that there is more below, where there is.
  void draw_shade(const Canvas& canvas) const;

 private:
  figures::Rect box_;
  float width_;
};

/// A small heading in capitals, as the panes have it.
void draw_caption(const Canvas& canvas, figures::Point at, std::string_view words);

}  // namespace proactor_lab::gui
