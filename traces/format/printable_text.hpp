// Text from a trace may hold anything. What of it may go to a terminal, and what is UTF-8.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace proactor_lab {

/// Length of the UTF-8 sequence that `text`, which is not empty, begins with; 0 where it begins
/// with none.
std::size_t utf8_length(std::string_view text);

/// One line without control characters, which could move a terminal's cursor: they, and bytes that
/// are not UTF-8, are written as \n, \t or \x1b.
std::string printable(std::string_view text);

}  // namespace proactor_lab
