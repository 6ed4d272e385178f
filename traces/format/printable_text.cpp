#include "traces/format/printable_text.hpp"

namespace proactor_lab {
namespace {

constexpr std::string_view hex = "0123456789abcdef";

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7F;
}

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

}  // namespace

std::size_t utf8_length(std::string_view text) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = at(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xC2 && first < 0xE0   ? 2
                             : first >= 0xE0 && first < 0xF0 ? 3
                             : first >= 0xF0 && first < 0xF5 ? 4
                                                             : 0;
  if (length == 0 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if (!is_continuation(text[i])) return 0;
  }
  // Overlong encoding, surrogate, or above U+10FFFF.
  const bool wrong = (first == 0xE0 && at(1) < 0xA0) || (first == 0xED && at(1) >= 0xA0) ||
                     (first == 0xF0 && at(1) < 0x90) || (first == 0xF4 && at(1) >= 0x90);
  return wrong ? 0 : length;
}

std::string printable(std::string_view text) {
  std::string safe;
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    const bool c1 = length == 2 && text[0] == '\xC2' && static_cast<unsigned char>(text[1]) < 0xA0;
    if (length == 0 || c1 || is_control(text[0])) {
      const auto byte = static_cast<unsigned char>(c1 ? text[1] : text[0]);
      if (byte == '\n') {
        safe += "\\n";
      } else if (byte == '\t') {
        safe += "\\t";
      } else {
        safe += "\\x";
        safe += hex[byte >> 4];
        safe += hex[byte & 15];
      }
      text.remove_prefix(c1 ? 2 : 1);
      continue;
    }
    safe += text.substr(0, length);
    text.remove_prefix(length);
  }
  return safe;
}

}  // namespace proactor_lab
