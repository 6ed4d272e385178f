// An output file that appears complete or not at all.
#pragma once

#include <string>
#include <string_view>

#include "traces/format/text_output.hpp"

namespace proactor_lab::plab {

class OutputFile {
 public:
  /// "-" is standard output. A device or pipe is written directly. Any other file is written under
  /// a temporary name in the same folder until `commit` renames it. A name ending in .gz selects
  /// compression. Throws InputError if the file cannot be opened.
  explicit OutputFile(std::string path);
  /// Removes the temporary file if it was not committed.
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  void write(std::string_view content);

  /// Throws InputError if not everything could be written. For standard output, main checks that at
  /// exit.
  void commit();

 private:
  bool is_stdout() const { return path_ == "-"; }
  [[noreturn]] void fail() const;

  std::string path_;
  std::string part_;  // the temporary file; empty: written directly
  TextOutput file_;
};

/// Writes and commits `content`.
void write_output(const std::string& path, std::string_view content);

}  // namespace proactor_lab::plab
