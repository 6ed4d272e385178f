// The keyboard: one table that both the window obeys and the help shows.
#pragma once

#include <span>

#include "gui/view/view.hpp"

namespace proactor_lab::gui {

/// Keys that a person presses, whatever the window system calls them. Letters and digits are
/// themselves.
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
  next_word,  ///< Page Down: its next
};
inline constexpr int key_count = 512;

struct KeyBinding {
  Key key;
  Request request;
  const char* name;   ///< "Space"; empty: shown with the line above
  const char* words;  ///< what it does
};

std::span<const KeyBinding> key_bindings();

/// The request that `key` makes; an empty list where it makes none.
Requests requests_of(Key key);

}  // namespace proactor_lab::gui
