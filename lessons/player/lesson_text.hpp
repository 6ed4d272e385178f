// A lesson's prose: Markdown converted to plain blocks, which the window paints and a terminal
// wraps. Supported are headings, paragraphs, **strong**, *emphasis*, `code`, links, lists and code
// blocks. `{{...}}` is a number that is computed when the page is shown.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace proactor_lab {

enum class RunStyle : std::uint8_t { plain, strong, emphasis, code };

struct TextRun {
  RunStyle style = RunStyle::plain;
  std::string text;
  int number = -1;  ///< index of the query that gives `text`; -1: literal text
  friend bool operator==(const TextRun&, const TextRun&) = default;
};

enum class BlockKind : std::uint8_t { paragraph, heading, list_item, code };

struct TextBlock {
  BlockKind kind = BlockKind::paragraph;
  int level = 0;    ///< of a heading, or of a list item and its content; from 1
  int ordinal = 0;  ///< of an item in a numbered list; 0: bullet
  std::vector<TextRun> runs;
  friend bool operator==(const TextBlock&, const TextBlock&) = default;
};

/// Returns the index of the query for the text between `{{` and `}}`.
using NumberSink = std::function<int(std::string_view)>;

/// Throws InputError naming `file` and the line. `first_line` is the line number of the first line.
std::vector<TextBlock> parse_markdown(std::string_view markdown, const std::string& file,
                                      std::size_t first_line, const NumberSink& number);

/// The text of blocks or runs without styles. Blocks are separated by line breaks.
std::string plain_text(const std::vector<TextRun>& runs);
std::string plain_text(const std::vector<TextBlock>& blocks);

}  // namespace proactor_lab
