// Colours by role. A figure asks for what a thing means; the palette decides how it looks. The
// eight connection colours are Okabe and Ito's, which people with any common colour vision tell
// apart; letters and patterns repeat what they say.
#pragma once

#include <cstdint>

namespace proactor_lab::figures {

enum class Ink : std::uint8_t {
  none,
  background,    ///< behind everything
  panel,         ///< a pane or column that lies on the background
  panel_raised,  ///< a header or a box on a panel
  grid,          ///< hairlines, separators, tick marks
  text,
  text_dim,     ///< secondary text
  text_faint,   ///< labels of axes, hints, the not yet known
  on_fill,      ///< text on a filled connection colour
  application,  ///< column of initiator and handlers
  proactor,     ///< columns of proactor, demultiplexer and queue
  system,       ///< column of the operating system
  world,        ///< column of clients and peers
  kernel_border,
  playhead,
  waiting,       ///< somebody waits: grey
  accent,        ///< the one thing to look at or press
  good,          ///< outcome ok
  warning,       ///< outcome short
  bad,           ///< outcome error
  cancelled,     ///< outcome cancelled
  connection_a,  ///< eight colours for connections, handed out in order of appearance
  connection_b,
  connection_c,
  connection_d,
  connection_e,
  connection_f,
  connection_g,
  connection_h,
};

inline constexpr int ink_count = static_cast<int>(Ink::connection_h) + 1;
inline constexpr int connection_ink_count = 8;

/// The colour of the `index`-th connection; it repeats after eight, its letter does not.
constexpr Ink connection_ink(std::uint32_t index) {
  return static_cast<Ink>(static_cast<std::uint32_t>(Ink::connection_a) +
                          index % connection_ink_count);
}

enum class Theme : std::uint8_t { dark, light, contrast };

struct Colour {
  std::uint8_t red;
  std::uint8_t green;
  std::uint8_t blue;
};

Colour colour_of(Ink ink, Theme theme);

}  // namespace proactor_lab::figures
