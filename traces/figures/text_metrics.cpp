// Advance widths of Inter 4.0 in thousandths of the em, without kerning. They make a picture's
// layout the same on every machine, whatever fonts it has. JetBrains Mono is 600 throughout.
#include <array>
#include <cstdint>
#include <string_view>

#include "traces/figures/scene.hpp"
#include "traces/format/utf8.hpp"

namespace proactor_lab::figures {
namespace {

constexpr int first_in_table = 0x20;
using WidthTable = std::array<std::uint16_t, 0x7F - first_in_table>;

constexpr WidthTable inter_regular = {
    281, 278, 403, 631, 638, 813, 639, 222, 362, 362, 500, 659, 280, 460, 276, 357, 625, 464, 605,
    636, 642, 608, 624, 571, 616, 624, 276, 280, 659, 659, 659, 507, 936, 676, 651, 727, 719, 598,
    587, 743, 740, 264, 543, 652, 563, 889, 753, 761, 635, 761, 639, 638, 642, 741, 676, 949, 642,
    665, 625, 362, 357, 362, 469, 452, 497, 564, 621, 558, 621, 582, 361, 609, 591, 237, 237, 544,
    237, 869, 585, 597, 609, 609, 372, 523, 364, 581, 557, 813, 540, 557, 541, 362, 327, 362, 659,
};

constexpr WidthTable inter_bold = {
    232, 325, 392, 650, 655, 859, 674, 209, 409, 409, 565, 680, 303, 469,  298, 390, 688, 489,  630,
    659, 678, 645, 660, 595, 661, 660, 298, 303, 680, 680, 680, 563, 1031, 748, 661, 752, 727,  613,
    585, 761, 746, 281, 570, 690, 567, 915, 735, 782, 648, 783, 656, 655,  668, 729, 748, 1036, 714,
    724, 667, 409, 390, 409, 488, 477, 497, 580, 635, 587, 635, 598, 386,  633, 624, 272, 272,  582,
    272, 912, 622, 614, 632, 632, 409, 562, 388, 622, 586, 850, 574, 586,  572, 409, 374, 409,  680,
};

constexpr int mono_width = 600;

/// Beyond ASCII: exact for characters that figures use often, estimated by kind for others.
int width_beyond_ascii(char32_t c, bool bold) {
  switch (c) {
    case 0x00A0:
      return bold ? 232 : 281;  // no-break space
    case 0x00B7:
      return bold ? 297 : 275;  // middle dot
    case 0x00B5:                // micro sign
    case 0x03BC:
      return bold ? 666 : 622;
    case 0x00B0:
      return bold ? 459 : 454;  // degree
    case 0x00BC:
    case 0x00BD:
    case 0x215B:
      return bold ? 910 : 915;  // fractions
    case 0x00D7:
    case 0x2212:
    case 0x2264:
    case 0x2265:
      return bold ? 680 : 659;  // times, minus, comparisons
    case 0x2013:
      return 500;
    case 0x2014:
      return 1000;
    case 0x2018:
    case 0x2019:
      return bold ? 235 : 191;
    case 0x201C:
    case 0x201D:
      return bold ? 421 : 380;
    case 0x2022:
      return bold ? 463 : 562;  // bullet
    case 0x2026:
      return bold ? 799 : 821;
    case 0x2039:
    case 0x203A:
      return bold ? 392 : 357;
    default:
      break;
  }
  if (c < 0x20 || (c >= 0x7F && c < 0xA0)) return 0;  // control characters
  if (c >= 0x0300 && c < 0x0370) return 0;            // combining marks
  if (c >= 0x2190 && c < 0x2200) return 954;          // arrows
  if (c >= 0x2500 && c < 0x2800) return 914;          // boxes, shapes, dingbats
  if (c >= 0x2E80 && c < 0xFFDC) return 1000;         // East Asian
  if (c >= 0x1F000) return 1200;                      // pictographs
  return bold ? 613 : 587;                            // an accented Latin letter
}

int width_of(char32_t c, Face face) {
  if (face == Face::mono) return c < 0x20 ? 0 : mono_width;
  const bool bold = face == Face::bold;
  if (c >= first_in_table && c < 0x7F) {
    return (bold ? inter_bold : inter_regular)[c - first_in_table];
  }
  return width_beyond_ascii(c, bold);
}

std::int64_t thousandths(std::string_view text, Face face) {
  std::int64_t sum = 0;
  while (!text.empty()) sum += width_of(next_code_point(text), face);
  return sum;
}

float to_width(std::int64_t sum, float size) { return static_cast<float>(sum) / 1000 * size; }

constexpr std::string_view ellipsis = "\u2026";

}  // namespace

float text_width(const std::string& text, float size, Face face) {
  return to_width(thousandths(text, face), size);
}

std::string fit_text(const std::string& text, float width, float size, Face face) {
  if (text_width(text, size, face) <= width) return text;
  const std::int64_t dots = thousandths(ellipsis, face);
  std::int64_t sum = 0;
  std::size_t kept = 0;  // bytes that fit before the ellipsis
  for (std::string_view rest = text; !rest.empty();) {
    sum += width_of(next_code_point(rest), face);
    if (to_width(sum + dots, size) > width) break;
    kept = text.size() - rest.size();
  }
  while (kept > 0 && text[kept - 1] == ' ') --kept;
  if (kept == 0 && to_width(dots, size) > width) return {};
  return text.substr(0, kept).append(ellipsis);
}

}  // namespace proactor_lab::figures
