#include "traces/figures/page/page_json.hpp"

#include <cmath>

#include "traces/format/utf8.hpp"

namespace proactor_lab::figures {

namespace {

/// Control characters, bidirectional formatting characters, and noncharacters.
bool is_unfit(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || (c >= 0x202A && c <= 0x202E) ||
         (c >= 0x2066 && c <= 0x2069) || c == 0xFFFE || c == 0xFFFF;
}

void append_escape(std::string& out, char32_t c) {
  constexpr char digits[] = "0123456789abcdef";
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) out += digits[c >> shift & 15];
}

}  // namespace

std::string json_text(std::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    char32_t c = next_code_point(text);
    if (is_unfit(c)) c = c == '\n' || c == '\t' ? ' ' : 0xFFFD;
    switch (c) {
      case '"':
      case '\\':
      case '<':
      case '>':
      case '&':
      case '\'':
      case 0x2028:
      case 0x2029:
        append_escape(out, c);
        break;
      default:
        append_utf8(out, c);
    }
  }
  return out += '"';
}

std::string json_number(float value) {
  if (!std::isfinite(value)) return "0";
  const auto tenths = static_cast<std::int64_t>(std::llround(static_cast<double>(value) * 10));
  const std::int64_t magnitude = tenths < 0 ? -tenths : tenths;
  std::string text = tenths < 0 ? "-" : "";
  text += std::to_string(magnitude / 10);
  if (magnitude % 10 != 0) text += "." + std::to_string(magnitude % 10);
  return text;
}

std::string html_text(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    char32_t c = next_code_point(text);
    if (is_unfit(c)) c = c == '\n' || c == '\t' ? ' ' : 0xFFFD;
    if (c == '&' || c == '<' || c == '>' || c == '"' || c == '\'') {
      out += "&#" + std::to_string(static_cast<unsigned>(c)) + ";";
    } else {
      append_utf8(out, c);
    }
  }
  return out;
}

}  // namespace proactor_lab::figures
