// Renders frames without a window: uses a surfaceless EGL context, draws into a framebuffer and
// reads it back. It needs no display and, with Mesa's software rasteriser, no GPU.
#pragma once

#include <functional>
#include <memory>
#include <stdexcept>

#include "gui/screen/image.hpp"
#include "gui/screen/imgui_session.hpp"

namespace proactor_lab::gui {

/// Rendering is impossible here; `what()` says what is missing and what to install.
class NoRenderer : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The object that renders last on a thread leaves its OpenGL context current there.
class Offscreen {
 public:
  explicit Offscreen(FontSource source = FontSource::system);  ///< throws NoRenderer
  ~Offscreen();
  Offscreen(const Offscreen&) = delete;
  Offscreen& operator=(const Offscreen&) = delete;

  const Fonts& fonts() const;

  /// Calls `draw` in each of `frames` frames and returns the picture of the last one. Widgets that
  /// measure themselves have their final size in the second frame.
  Image render(const FrameSize& size, figures::Theme theme, const std::function<void()>& draw,
               int frames = 2);

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

}  // namespace proactor_lab::gui
