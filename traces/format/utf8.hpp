// UTF-8, one code point at a time.
#pragma once

#include <string>
#include <string_view>

namespace proactor_lab {

/// Removes the first code point from `text` and returns it; U+FFFD if it is not well-formed UTF-8.
/// REQUIRES: `text` is not empty.
char32_t next_code_point(std::string_view& text);
/// Appends `c`, encoded as UTF-8.
void append_utf8(std::string& out, char32_t c);

}  // namespace proactor_lab
