// The program's source, as the code pane shows it. A trace names files relative to the repository,
// and a trace may come from anybody: only files beneath our own source or share folder are read.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace proactor_lab::gui {

struct SourceText {
  std::string name;                ///< the last part of its path
  std::vector<std::string> lines;  ///< empty: it is not to be had here
};

/// Reads once and remembers; the reference stays valid.
const SourceText& source_text(std::string_view relative_path);

/// A stretch of a line that is drawn in one colour.
struct CodeSpan {
  enum class Kind : unsigned char { plain, keyword, string, comment, number };
  Kind kind = Kind::plain;
  std::string_view text;
};

/// Enough C++ to read by: a line at a time, so that long comments are plain after the first line.
std::vector<CodeSpan> code_spans(std::string_view line);

}  // namespace proactor_lab::gui
