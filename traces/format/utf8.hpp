// UTF-8, one code point at a time.
#pragma once

#include <string>
#include <string_view>

namespace proactor_lab {

/// Takes the first code point off `text`; U+FFFD if it is not well-formed UTF-8. `text` must not be
/// empty.
char32_t next_code_point(std::string_view& text);
/// Appends `c`, encoded as UTF-8.
void append_utf8(std::string& out, char32_t c);

}  // namespace proactor_lab
