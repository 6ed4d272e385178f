// Colours by role. A figure asks for the meaning; the palette decides the colour. The eight
// connection colours are Okabe and Ito's, which are distinguishable with all common forms of colour
// vision. Letters and patterns repeat what the colours say.
#pragma once

#include <cstdint>

namespace proactor_lab::figures {

enum class Ink : std::uint8_t {
  none,
  background,    ///< behind everything
  panel,         ///< a pane or column on the background
  panel_raised,  ///< a header or a box on a panel
  grid,          ///< hairlines, separators, tick marks
  text,
  text_dim,     ///< secondary text
  text_faint,   ///< labels of axes, hints, what is not known yet
  on_fill,      ///< text on a filled connection colour
  application,  ///< column of initiator and handlers
  proactor,     ///< columns of proactor, demultiplexer and queue
  system,       ///< column of the operating system
  world,        ///< column of clients and peers
  kernel_border,
  playhead,
  waiting,       ///< waiting: grey
  accent,        ///< the element to look at or press
  good,          ///< outcome ok
  warning,       ///< outcome short
  bad,           ///< outcome error
  cancelled,     ///< outcome cancelled
  connection_a,  ///< eight colours for connections, assigned in order of appearance
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

/// The colour of the `index`-th connection. Colours repeat after eight; letters do not.
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
