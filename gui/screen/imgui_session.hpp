// A Dear ImGui context with our fonts and its OpenGL renderer, shared by the window and the
// offscreen renderer. REQUIRES a current OpenGL 3 context during its whole lifetime.
#pragma once

#include <memory>

#include "gui/paint/fonts.hpp"
#include "traces/figures/ink.hpp"

struct ImGuiContext;

namespace proactor_lab::gui {

struct FrameSize {
  int width = 0;  ///< in device pixels
  int height = 0;
  float scale = 1;  ///< device pixels per logical pixel
  friend bool operator==(const FrameSize&, const FrameSize&) = default;
};

class ImguiSession {
 public:
  explicit ImguiSession(FontSource source = FontSource::system);
  ~ImguiSession();
  ImguiSession(const ImguiSession&) = delete;
  ImguiSession& operator=(const ImguiSession&) = delete;

  const Fonts& fonts() const { return fonts_; }

  /// Layout uses logical pixels. Fonts are baked again if the scale has changed.
  void begin_frame(const FrameSize& size, float seconds, figures::Theme theme);
  /// Clears the current framebuffer and draws into it.
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
