// A file that a command writes: whole, or not there at all.
#pragma once

#include <string>
#include <string_view>

#include "traces/format/text_output.hpp"

namespace proactor_lab::plab {

class OutputFile {
 public:
  /// "-" is standard output; a device or a pipe is written to as it is. A file is written beside
  /// its place until `commit` moves it there, packed where its name ends in .gz. Throws InputError
  /// where that cannot be.
  explicit OutputFile(std::string path);
  /// What was not committed is removed.
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  void write(std::string_view content);

  /// Throws InputError where not all could be written; of standard output plab's end says that.
  void commit();

 private:
  bool is_stdout() const { return path_ == "-"; }
  [[noreturn]] void fail() const;

  std::string path_;
  std::string part_;  // empty: written in place
  TextOutput file_;
};

/// All at once.
void write_output(const std::string& path, std::string_view content);

}  // namespace proactor_lab::plab
