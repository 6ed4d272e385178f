// Lesson prose for a terminal: wrapped lines without colours, so that it reads the same in a file.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lessons/player/lesson_text.hpp"

namespace proactor_lab::plab {

/// Number of code points in `text`, which is UTF-8.
std::size_t display_width(std::string_view text);

/// Wraps into lines of at most `columns`. The first line starts with `first_indent`; the others are
/// indented by the same width. Ends with a line break.
std::string wrap(std::string_view text, std::size_t columns, std::string_view first_indent = "");

/// Blocks separated by blank lines, indented by `indent` spaces.
std::string terminal_text(const std::vector<TextBlock>& blocks, std::size_t columns,
                          std::size_t indent = 0);
std::string terminal_text(const std::vector<TextRun>& runs);

}  // namespace proactor_lab::plab
