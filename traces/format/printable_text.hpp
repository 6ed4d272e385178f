// Text from a trace is untrusted. These functions make it safe for a terminal and check UTF-8.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace proactor_lab {

/// Length in bytes of the UTF-8 sequence at the beginning of `text`; 0 if it is not well-formed.
/// REQUIRES: `text` is not empty.
std::size_t utf8_length(std::string_view text);

/// Returns one line without control characters, which could move a terminal's cursor. Control
/// characters and bytes that are not UTF-8 are written as \n, \t or \x1b.
std::string printable(std::string_view text);

}  // namespace proactor_lab
