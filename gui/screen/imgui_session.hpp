// One Dear ImGui context with our fonts and its OpenGL renderer: the part that the window and the
// offscreen picture share. A current OpenGL 3 context must exist for its whole life.
#pragma once

#include <memory>

#include "gui/paint/fonts.hpp"
#include "traces/figures/ink.hpp"

struct ImGuiContext;

namespace proactor_lab::gui {

struct FrameSize {
  int width = 0;  ///< in device pixels
  int height = 0;
  float scale = 1;  ///< device pixels a logical pixel
  friend bool operator==(const FrameSize&, const FrameSize&) = default;
};

class ImguiSession {
 public:
  explicit ImguiSession(FontSource source = FontSource::system);
  ~ImguiSession();
  ImguiSession(const ImguiSession&) = delete;
  ImguiSession& operator=(const ImguiSession&) = delete;

  const Fonts& fonts() const { return fonts_; }

  /// Layout is done in logical pixels; the fonts are baked anew where the scale has changed.
  void begin_frame(const FrameSize& size, float seconds, figures::Theme theme);
  /// Draws into the current framebuffer, cleared first.
  void end_frame();

 private:
  struct Delete {
    void operator()(ImGuiContext* context) const;
  };

  std::unique_ptr<ImGuiContext, Delete> context_;
  Fonts fonts_;
  FrameSize size_;
  figures::Theme theme_ = figures::Theme::dark;
  float baked_scale_ = 0;
  bool renderer_ready_ = false;
};

}  // namespace proactor_lab::gui
