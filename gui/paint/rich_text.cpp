#include "gui/paint/rich_text.hpp"

#include <string>
#include <string_view>

namespace proactor_lab::gui {

using figures::Anchor;
using figures::Face;
using figures::Ink;
using figures::Point;
using figures::TextStyle;

namespace {

constexpr float emphasis_slant = 0.2f;

TextStyle style_of(const TextRun& run, const TextBlock& block, const ProseStyle& prose) {
  TextStyle style{prose.ink, prose.size, Face::regular};
  switch (run.style) {
    case RunStyle::plain:
      break;
    case RunStyle::strong:
      style.face = Face::bold;
      break;
    case RunStyle::emphasis:
      break;  // slanted when drawn
    case RunStyle::code:
      style.face = Face::mono;
      style.size = prose.size - 1;
      break;
  }
  if (block.kind == BlockKind::heading) style.face = Face::bold;
  if (block.kind == BlockKind::code) {
    style.face = Face::mono;
    style.size = prose.size - 2;
  }
  return style;
}

/// Places words side by side and breaks the line before a word that would pass the edge.
class LineSetter {
 public:
  LineSetter(const Canvas& canvas, Point at, float width, const ProseStyle& prose, bool draw)
      : canvas_(canvas), at_(at), width_(width), prose_(prose), draw_(draw) {}

  void add(std::string_view text, const TextStyle& style, float slant) {
    while (!text.empty()) {
      if (text.front() == ' ' || text.front() == '\n') {
        if (text.front() == '\n') break_line();
        space_ = x_ > 0;
        text.remove_prefix(1);
        continue;
      }
      const std::size_t end = text.find_first_of(" \n");
      add_word(text.substr(0, end), style, slant);
      text.remove_prefix(end == std::string_view::npos ? text.size() : end);
    }
  }

  void break_line() {
    x_ = 0;
    y_ += prose_.line_height;
    space_ = false;
  }

  float height() const { return y_ + prose_.line_height; }

 private:
  void add_word(std::string_view word, const TextStyle& style, float slant) {
    const float space = space_ ? canvas_.width(" ", {Ink::text, prose_.size}) : 0;
    const float wide = canvas_.width(word, style);
    if (x_ > 0 && space_ && x_ + space + wide > width_) {
      break_line();
    } else {
      x_ += space;
    }
    space_ = false;
    const float top = at_.y + y_ + (prose_.line_height - style.size) / 2;
    if (draw_) {
      if (style.face == Face::mono) {
        canvas_.fill({at_.x + x_ - 2, top - 2.5f, wide + 4, style.size + 5}, Ink::panel_raised, 3);
      }
      canvas_.text({at_.x + x_, top}, word, style, slant);
    }
    x_ += wide;
  }

  const Canvas& canvas_;
  Point at_;
  float width_;
  const ProseStyle& prose_;
  bool draw_;
  float x_ = 0;
  float y_ = 0;
  bool space_ = false;
};

float draw_code_block(const Canvas& canvas, Point at, float width, const TextBlock& block,
                      const ProseStyle& prose, bool draw) {
  const std::string text = plain_text(block.runs);
  const TextStyle style{prose.ink, prose.size - 2, Face::mono};
  const float line_height = prose.line_height - 3;
  std::vector<std::string_view> lines;
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t end = rest.find('\n');
    lines.push_back(rest.substr(0, end));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  const float height = line_height * static_cast<float>(lines.size()) + 14;
  if (!draw) return height;
  canvas.fill({at.x, at.y, width, height}, Ink::panel_raised, 5);
  float y = at.y + 7 + (line_height - style.size) / 2;
  for (const std::string_view line : lines) {
    canvas.text_within({at.x + 10, y}, width - 20, line, style);
    y += line_height;
  }
  return height;
}

}  // namespace

float draw_prose(const Canvas& canvas, Point at, float width, const std::vector<TextBlock>& blocks,
                 const ProseStyle& style, bool draw) {
  float y = 0;
  for (const TextBlock& block : blocks) {
    if (y > 0) y += style.block_gap;
    if (block.kind == BlockKind::code) {
      y += draw_code_block(canvas, {at.x, at.y + y}, width, block, style, draw);
      continue;
    }
    float indent = 0;
    if (block.level > 0 && block.kind != BlockKind::heading) {
      indent = 18 * static_cast<float>(block.level);
    }
    if (block.kind == BlockKind::list_item && draw) {
      const float top = at.y + y + (style.line_height - style.size) / 2;
      const float right = at.x + indent - 7;
      if (block.ordinal > 0) {
        canvas.text({right, top}, std::to_string(block.ordinal) + ".",
                    {Ink::text_dim, style.size, Face::regular, Anchor::right});
      } else {
        canvas.disc({right - 3, at.y + y + style.line_height / 2}, 2, Ink::text_dim);
      }
    }
    LineSetter lines{canvas, {at.x + indent, at.y + y}, width - indent, style, draw};
    for (const TextRun& run : block.runs) {
      const float slant = run.style == RunStyle::emphasis ? emphasis_slant : 0;
      lines.add(run.text, style_of(run, block, style), slant);
    }
    y += lines.height();
  }
  return y;
}

}  // namespace proactor_lab::gui
