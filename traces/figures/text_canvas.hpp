// Pictures made of characters: a grid of cells, each one code point wide. Private to the figures.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace proactor_lab::figures {

/// One line with a fixed number of cells. Text outside is cut off.
class TextLine {
 public:
  explicit TextLine(int columns) : cells_(static_cast<std::size_t>(columns), U' ') {}

  char32_t at(int x) const { return inside(x) ? cells_[static_cast<std::size_t>(x)] : U' '; }
  void set(int x, char32_t c) {
    if (inside(x)) cells_[static_cast<std::size_t>(x)] = c;
  }
  /// Control characters become a question mark. REQUIRES: every character is one cell wide.
  void put(int x, std::string_view words);
  void put_right(int x_end, std::string_view words);
  void put_middle(int x, std::string_view words);

  /// A horizontal line from `from` to `to`, both included, which crosses existing characters. If
  /// `tip` is set, it ends in an arrow head at `to`.
  void run(int from, int to, bool tip, bool dashed = false);

  /// UTF-8, without trailing spaces, with a line feed.
  std::string text() const;

 private:
  bool inside(int x) const { return x >= 0 && x < static_cast<int>(cells_.size()); }

  std::u32string cells_;
};

/// Number of cells that `words` take.
int cell_count(std::string_view words);

}  // namespace proactor_lab::figures
