// A lesson's prose: Markdown turned into plain blocks that a window paints and a terminal wraps.
// What is understood: headings, paragraphs, **strong**, *emphasis*, `code`, links, lists and code
// blocks. `{{...}}` stands for a number that is computed when the page is shown.
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
  int number = -1;  ///< index of the query whose answer `text` is; -1: the author's own words
  friend bool operator==(const TextRun&, const TextRun&) = default;
};

enum class BlockKind : std::uint8_t { paragraph, heading, list_item, code };

struct TextBlock {
  BlockKind kind = BlockKind::paragraph;
  int level = 0;    ///< of a heading, from 1; of a list item and of what belongs to it, from 1
  int ordinal = 0;  ///< of an item in a numbered list; 0: a bullet
  std::vector<TextRun> runs;
  friend bool operator==(const TextBlock&, const TextBlock&) = default;
};

/// Given what stands between `{{` and `}}`, tells the index of its query.
using NumberSink = std::function<int(std::string_view)>;

/// Throws InputError naming `file` and the line, which counts from `first_line`.
std::vector<TextBlock> parse_markdown(std::string_view markdown, const std::string& file,
                                      std::size_t first_line, const NumberSink& number);

/// The words of blocks or runs, without styles; blocks are separated by line breaks.
std::string plain_text(const std::vector<TextRun>& runs);
std::string plain_text(const std::vector<TextBlock>& blocks);

}  // namespace proactor_lab
