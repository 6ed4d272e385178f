// The window on a desktop. It draws when something changes and sleeps otherwise.
#pragma once

#include <stdexcept>

#include "gui/app.hpp"

namespace proactor_lab::gui {

/// There is no display for a window, or the display has no OpenGL.
class NoDisplay : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Shows `app` until the user closes the window. `scale` is device pixels per logical pixel; 0: the
/// desktop's scale. Throws NoDisplay.
void run_desktop(App& app, float scale = 0);

}  // namespace proactor_lab::gui
