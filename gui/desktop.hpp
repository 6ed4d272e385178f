// The window on a desktop. It draws when something changes and sleeps otherwise.
#pragma once

#include <stdexcept>

#include "gui/app.hpp"

namespace proactor_lab::gui {

/// There is no display to open a window on, or no OpenGL on it.
class NoDisplay : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Shows `app` until the person closes the window. `scale` is device pixels a logical pixel; 0 asks
/// the desktop. Throws NoDisplay.
void run_desktop(App& app, float scale = 0);

}  // namespace proactor_lab::gui
