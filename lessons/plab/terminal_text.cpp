#include "lessons/plab/terminal_text.hpp"

#include <algorithm>

namespace proactor_lab::plab {

std::size_t display_width(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;  // not a continuation byte
  }));
}

std::string wrap(std::string_view text, std::size_t columns, std::string_view first_indent) {
  const std::string indent(display_width(first_indent), ' ');
  std::string wrapped;
  std::string line(first_indent);
  bool line_is_empty = true;
  while (!text.empty()) {
    const std::size_t end = text.find(' ');
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (word.empty()) continue;
    if (!line_is_empty && display_width(line) + 1 + display_width(word) > columns) {
      wrapped += line + '\n';
      line = indent;
      line_is_empty = true;
    }
    if (!line_is_empty) line += ' ';
    line += word;
    line_is_empty = false;
  }
  return wrapped + line + '\n';
}

std::string terminal_text(const std::vector<TextRun>& runs) {
  std::string text;
  for (const TextRun& run : runs) {
    const std::string_view mark = run.style == RunStyle::emphasis ? "_" : "";
    text += mark;
    text += run.text;
    text += mark;
  }
  return text;
}

std::string terminal_text(const std::vector<TextBlock>& blocks, std::size_t columns,
                          std::size_t indent) {
  std::string text;
  const TextBlock* before = nullptr;
  for (const TextBlock& block : blocks) {
    const bool in_list =
        block.kind == BlockKind::list_item && before != nullptr && before->level > 0;
    if (before != nullptr && !in_list) text += '\n';
    before = &block;
    const bool heading = block.kind == BlockKind::heading;
    const std::size_t depth = heading ? 0 : static_cast<std::size_t>(std::max(block.level, 0));
    std::string margin(indent + 3 * depth, ' ');
    if (block.kind == BlockKind::list_item) {
      const std::string bullet = block.ordinal > 0 ? std::to_string(block.ordinal) + "." : "-";
      margin.resize(indent + 3 * (depth - 1));
      margin += bullet + std::string(bullet.size() < 3 ? 3 - bullet.size() : 1, ' ');
    }
    if (block.kind == BlockKind::code) {
      std::string code = plain_text(block.runs);
      for (std::size_t at = 0; (at = code.find('\n', at)) != std::string::npos;) {
        code.insert(++at, margin + "  ");
      }
      text += margin + "  " + code + '\n';
    } else {
      text += wrap(terminal_text(block.runs), columns, margin);
    }
  }
  return text;
}

}  // namespace proactor_lab::plab
