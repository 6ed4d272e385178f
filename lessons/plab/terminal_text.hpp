// Lesson prose on a terminal: wrapped lines, no colours, so that it reads the same in a file.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lessons/player/lesson_text.hpp"

namespace proactor_lab::plab {

/// Characters as a reader counts them; `text` is UTF-8.
std::size_t display_width(std::string_view text);

/// Lines of at most `columns`, the first after `first_indent`, the others indented likewise. Ends
/// with a line break.
std::string wrap(std::string_view text, std::size_t columns, std::string_view first_indent = "");

/// Blocks with blank lines between paragraphs, `indent` spaces in.
std::string terminal_text(const std::vector<TextBlock>& blocks, std::size_t columns,
                          std::size_t indent = 0);
std::string terminal_text(const std::vector<TextRun>& runs);

}  // namespace proactor_lab::plab
