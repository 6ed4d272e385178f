// Frames without a window: a surfaceless EGL context, drawn into a framebuffer of our own and read
// back. It needs no display and, with Mesa's software rasteriser, no GPU.
#pragma once

#include <functional>
#include <memory>
#include <stdexcept>

#include "gui/screen/image.hpp"
#include "gui/screen/imgui_session.hpp"

namespace proactor_lab::gui {

/// There is no way to draw here; `what()` says what is missing and what to install.
class NoRenderer : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Whoever renders last in a thread leaves its context current there.
class Offscreen {
 public:
  explicit Offscreen(FontSource source = FontSource::system);  ///< throws NoRenderer
  ~Offscreen();
  Offscreen(const Offscreen&) = delete;
  Offscreen& operator=(const Offscreen&) = delete;

  const Fonts& fonts() const;

  /// Calls `draw` within a frame `frames` times and gives what the last one shows. Widgets that
  /// measure themselves settle in the second frame.
  Image render(const FrameSize& size, figures::Theme theme, const std::function<void()>& draw,
               int frames = 2);

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

}  // namespace proactor_lab::gui
