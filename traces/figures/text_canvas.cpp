#include "traces/figures/text_canvas.hpp"

#include "traces/format/utf8.hpp"

namespace proactor_lab::figures {

namespace {

char32_t crossing(char32_t below, bool dashed) {
  switch (below) {
    case U'│':
      return U'┼';
    case U'║':
      return U'╫';
    case U'┃':
      return U'╂';
    case U'█':
    case U'░':
      return below;
    default:
      return dashed ? U'╌' : U'─';
  }
}

}  // namespace

void TextLine::put(int x, std::string_view words) {
  while (!words.empty()) {
    char32_t c = next_code_point(words);
    set(x++, c < 0x20 || c == 0x7F ? U'?' : c);
  }
}

void TextLine::put_right(int x_end, std::string_view words) {
  put(x_end - cell_count(words), words);
}

void TextLine::put_middle(int x, std::string_view words) { put(x - cell_count(words) / 2, words); }

void TextLine::run(int from, int to, bool tip, bool dashed) {
  int step = to < from ? -1 : 1;
  for (int x = from; x != to + step; x += step) set(x, crossing(at(x), dashed));
  if (tip) set(to, to < from ? U'◀' : U'▶');
}

std::string TextLine::text() const {
  std::size_t end = cells_.size();
  while (end > 0 && cells_[end - 1] == U' ') --end;
  std::string text;
  for (std::size_t i = 0; i < end; ++i) append_utf8(text, cells_[i]);
  return text + "\n";
}

int cell_count(std::string_view words) {
  int count = 0;
  while (!words.empty()) {
    next_code_point(words);
    ++count;
  }
  return count;
}

}  // namespace proactor_lab::figures
