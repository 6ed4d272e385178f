// A text as JSON has it.
#pragma once

#include <string>
#include <string_view>

namespace proactor_lab {

/// Appends `text` with its quotes. Control characters are escaped, all else stays: a trace's texts
/// are UTF-8, its reader sees to that.
void append_json_text(std::string& out, std::string_view text);

}  // namespace proactor_lab
