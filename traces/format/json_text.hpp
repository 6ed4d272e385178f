// Text in JSON form.
#pragma once

#include <string>
#include <string_view>

namespace proactor_lab {

/// Appends `text` with quotes. Control characters are escaped, other characters are copied: the
/// trace reader guarantees that the text is UTF-8.
void append_json_text(std::string& out, std::string_view text);

}  // namespace proactor_lab
