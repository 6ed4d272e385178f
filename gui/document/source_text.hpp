// The program's source, for the code pane. A trace names files relative to the repository. Traces
// are untrusted, so only files beneath our source tree or share folder are read.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace proactor_lab::gui {

struct SourceText {
  std::string name;                ///< the file's name without its folder
  std::vector<std::string> lines;  ///< empty: the file is not available
};

/// Reads the file once and caches it. The reference stays valid until the process ends.
const SourceText& source_text(std::string_view relative_path);

/// A part of a line that is drawn in one colour.
struct CodeSpan {
  enum class Kind : unsigned char { plain, keyword, string, comment, number };
  Kind kind = Kind::plain;
  std::string_view text;
};

/// A simple C++ highlighter. It sees one line at a time, so a long comment is plain after its first
/// line.
std::vector<CodeSpan> code_spans(std::string_view line);

}  // namespace proactor_lab::gui
