#include "traces/figures/ink.hpp"

#include <array>

namespace proactor_lab::figures {
namespace {

constexpr Colour rgb(std::uint32_t value) {
  return {static_cast<std::uint8_t>(value >> 16), static_cast<std::uint8_t>(value >> 8),
          static_cast<std::uint8_t>(value)};
}

using Palette = std::array<Colour, ink_count>;

// In the order of `Ink`. Okabe and Ito's blue and vermilion are slightly lighter, and their black
// becomes a light grey: the original colours would be unreadable on a dark background.
constexpr Palette dark = {{
    rgb(0x000000),  // none
    rgb(0x11161d),  // background
    rgb(0x161c25),  // panel
    rgb(0x1f2733),  // panel_raised
    rgb(0x2d3745),  // grid
    rgb(0xe6ebf2),  // text
    rgb(0xaab4c2),  // text_dim
    rgb(0x77828f),  // text_faint
    rgb(0x0d1218),  // on_fill
    rgb(0x56b4e9),  // application
    rgb(0xe69f00),  // proactor
    rgb(0x1db38a),  // system
    rgb(0xa3a9c4),  // world
    rgb(0x9a98b8),  // kernel_border
    rgb(0xf7e94b),  // playhead
    rgb(0x7a8593),  // waiting
    rgb(0x56b4e9),  // accent
    rgb(0x1db38a),  // good
    rgb(0xf0e442),  // warning
    rgb(0xec7a3c),  // bad
    rgb(0xd98cb8),  // cancelled
    rgb(0x56b4e9),  // connection_a: sky blue
    rgb(0xe69f00),  // connection_b: orange
    rgb(0xd98cb8),  // connection_c: reddish purple
    rgb(0x1db38a),  // connection_d: bluish green
    rgb(0xf0e442),  // connection_e: yellow
    rgb(0x9189fa),  // connection_f: blue
    rgb(0xec7a3c),  // connection_g: vermilion
    rgb(0xc9d1dc),  // connection_h: black
}};

// Darkened until each is readable as text on white and in print.
constexpr Palette light = {{
    rgb(0x000000),  // none
    rgb(0xffffff),  // background
    rgb(0xf6f7f9),  // panel
    rgb(0xe9ecf1),  // panel_raised
    rgb(0xcfd6df),  // grid
    rgb(0x17202b),  // text
    rgb(0x4a5666),  // text_dim
    rgb(0x76818f),  // text_faint
    rgb(0xffffff),  // on_fill
    rgb(0x0a68a6),  // application
    rgb(0x945900),  // proactor
    rgb(0x00704f),  // system
    rgb(0x555b78),  // world
    rgb(0x5f5c82),  // kernel_border
    rgb(0x111827),  // playhead
    rgb(0x848e9b),  // waiting
    rgb(0x0a68a6),  // accent
    rgb(0x00704f),  // good
    rgb(0x766600),  // warning
    rgb(0xad4300),  // bad
    rgb(0x9c3d75),  // cancelled
    rgb(0x0a68a6),  // connection_a: sky blue
    rgb(0x945900),  // connection_b: orange
    rgb(0x9c3d75),  // connection_c: reddish purple
    rgb(0x00704f),  // connection_d: bluish green
    rgb(0x766600),  // connection_e: yellow
    rgb(0x4a40c0),  // connection_f: blue
    rgb(0xad4300),  // connection_g: vermilion
    rgb(0x3a424d),  // connection_h: black
}};

constexpr Palette contrast = {{
    rgb(0x000000),  // none
    rgb(0x000000),  // background
    rgb(0x141414),  // panel
    rgb(0x2c2c2c),  // panel_raised
    rgb(0x8c8c8c),  // grid
    rgb(0xffffff),  // text
    rgb(0xf0f0f0),  // text_dim
    rgb(0xc4c4c4),  // text_faint
    rgb(0x000000),  // on_fill
    rgb(0x7fd0ff),  // application
    rgb(0xffb733),  // proactor
    rgb(0x3fe0b0),  // system
    rgb(0xdcdcff),  // world
    rgb(0xffffff),  // kernel_border
    rgb(0xffff00),  // playhead
    rgb(0xb4b4b4),  // waiting
    rgb(0x7fd0ff),  // accent
    rgb(0x3fe0b0),  // good
    rgb(0xffff00),  // warning
    rgb(0xff8c4d),  // bad
    rgb(0xffa8d8),  // cancelled
    rgb(0x7fd0ff),  // connection_a: sky blue
    rgb(0xffb733),  // connection_b: orange
    rgb(0xffa8d8),  // connection_c: reddish purple
    rgb(0x3fe0b0),  // connection_d: bluish green
    rgb(0xffff5c),  // connection_e: yellow
    rgb(0xb3acff),  // connection_f: blue
    rgb(0xff8c4d),  // connection_g: vermilion
    rgb(0xe6e6e6),  // connection_h: black
}};

}  // namespace

Colour colour_of(Ink ink, Theme theme) {
  const Palette& palette = theme == Theme::light      ? light
                           : theme == Theme::contrast ? contrast
                                                      : dark;
  return palette[static_cast<std::size_t>(ink)];
}

}  // namespace proactor_lab::figures
