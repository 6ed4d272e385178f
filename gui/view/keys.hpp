// The keyboard: one table for both the window and the help.
#pragma once

#include <span>

#include "gui/view/view.hpp"

namespace proactor_lab::gui {

/// Keys, independent of the window system. Letters and digits have their character codes.
enum class Key : int {
  none = 0,
  space = ' ',
  left = 256,
  right,
  up,
  down,
  home,
  end,
  enter,
  escape,
  backspace,
  tab,
  back_word,  ///< Page Up: the lesson's previous step
  next_word,  ///< Page Down: the lesson's next step
};
inline constexpr int key_count = 512;

struct KeyBinding {
  Key key;
  Request request;
  const char* name;   ///< "Space"; empty: shown with the previous line
  const char* words;  ///< what it does
};

std::span<const KeyBinding> key_bindings();

/// The requests that `key` makes; may be empty.
Requests requests_of(Key key);

}  // namespace proactor_lab::gui
