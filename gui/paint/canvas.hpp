// Drawing functions for panes: a draw list with its fonts and theme, and the few marks and buttons
// that the window has beside its figures. Coordinates are logical pixels of the window.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gui/paint/fonts.hpp"
#include "traces/figures/scene.hpp"

namespace proactor_lab::gui {

/// The mouse's effect on a rectangle in this frame.
struct Press {
  bool hovered = false;
  bool held = false;
  bool clicked = false;
};

class Canvas {
 public:
  /// Draws into the current Dear ImGui window.
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
  /// The same, but text wider than `width` is cut and ends with an ellipsis.
  float text_within(figures::Point at, float width, std::string_view text,
                    const figures::TextStyle& style) const;
  /// Breaks lines at spaces. Returns the height used. If `draw` is false, only measures.
  float paragraph(figures::Point at, float width, std::string_view text,
                  const figures::TextStyle& style, float line_height, bool draw = true) const;
  float width(std::string_view text, const figures::TextStyle& style) const;

  void paint(const figures::Scene& scene, figures::Point offset) const;

  /// Makes `box` clickable. Within a ScrollArea, `box` is in screen coordinates, too.
  Press press(const char* id, figures::Rect box) const;
  /// A button with text. `primary` marks the main action.
  bool button(const char* id, figures::Rect box, std::string_view label, bool primary,
              bool enabled = true) const;
  /// The words of a switch, with the chosen one bright. Returns the index pressed, or -1. `right`
  /// is the x at which the row ends; `left` receives the x at which it begins.
  int choice_row(const char* id, float right, float middle_y, const std::vector<std::string>& words,
                 int chosen, float* left = nullptr) const;

 private:
  const Fonts& fonts_;
  figures::Theme theme_;
  ImDrawList* list_;
};

/// A separately scrolling part of the window. Everything drawn between construction and destruction
/// is in it.
class ScrollArea {
 public:
  ScrollArea(const char* id, figures::Rect box);
  ~ScrollArea();
  ScrollArea(const ScrollArea&) = delete;
  ScrollArea& operator=(const ScrollArea&) = delete;

  figures::Point origin() const;  ///< of the content, including the scroll offset
  float width() const { return width_; }
  void set_content_height(float height) const;
  /// Draws a shade at the lower edge if more content follows below.
  void draw_shade(const Canvas& canvas) const;

 private:
  figures::Rect box_;
  float width_;
};

/// A small heading in capitals, as panes use it.
void draw_caption(const Canvas& canvas, figures::Point at, std::string_view words);

}  // namespace proactor_lab::gui
