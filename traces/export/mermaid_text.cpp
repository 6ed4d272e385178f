#include "traces/export/mermaid_text.hpp"

#include <algorithm>
#include <cctype>

#include "traces/format/utf8.hpp"

namespace proactor_lab {
namespace {

constexpr std::size_t code_points_max = 160;

bool is_word(char32_t c) {
  return c < 0x80 && (std::isalnum(static_cast<int>(c)) != 0 || c == '_');
}

/// Every other ASCII character may have a meaning in one of Mermaid's diagrams.
bool is_plain(char32_t c) {
  return is_word(c) || (c >= 0xA0 && c != 0xFFFD) ||
         (c < 0x80 &&
          std::string_view(" ()[].,=/!?*+-'").find(static_cast<char>(c)) != std::string_view::npos);
}

bool is_end(std::string_view word) {
  return word.size() == 3 && std::tolower(word[0]) == 'e' && std::tolower(word[1]) == 'n' &&
         std::tolower(word[2]) == 'd';
}

void append_code(std::string& out, char32_t c) {
  out += '#';
  out += std::to_string(static_cast<unsigned long>(c));
  out += ';';
}

}  // namespace

std::string mermaid_words(std::string_view text) {
  std::string out;
  std::size_t word = 0;  // start in `out` of the current word
  const auto end_word = [&] {
    // An unescaped "end" would close a block.
    if (is_end(std::string_view(out).substr(word))) {
      const char first = out[word];
      out.replace(word, 1, first == 'e' ? "#101;" : "#69;");
    }
  };
  for (std::size_t count = 0; !text.empty(); ++count) {
    if (count == code_points_max) {
      out += "\u2026";
      break;
    }
    const std::string_view before = text;
    char32_t c = next_code_point(text);
    if (!is_word(c)) end_word();
    if (c == '\n' || c == '\t' || c == '\r') c = ' ';
    if (c == ' ') {
      out += ' ';
    } else if (is_plain(c)) {
      out += before.substr(0, before.size() - text.size());
    } else {
      append_code(out, c < 0x20 ? U'\uFFFD' : c);
    }
    if (!is_word(c)) word = out.size();
  }
  end_word();
  return out;
}

}  // namespace proactor_lab
