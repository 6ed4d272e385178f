// The lines of a log from an untrusted stream, one after the other. A log may be a pipe: its
// beginning can be looked at before the first line is taken, and nothing is ever read twice.
#pragma once

#include <cstdint>
#include <istream>
#include <string>
#include <string_view>

namespace proactor_lab {

class LogLines {
 public:
  static constexpr std::size_t line_bytes_max = 16 * 1024;  ///< what is longer is cut
  static constexpr std::size_t beginning_bytes_max = 256 * 1024;

  /// `file` is for messages. The stream must outlive this.
  LogLines(std::istream& input, std::string file) : input_(input), file_(std::move(file)) {}

  const std::string& file() const { return file_; }

  /// What comes next, up to `beginning_bytes_max`; less where the log is shorter.
  std::string_view beginning();

  /// False at the end. `line` has no line break, and is valid until the next call.
  bool next(std::string_view& line);

  /// Of the line taken last, from 1; 0 before the first.
  std::uint64_t number() const { return number_; }
  /// The line taken last was longer than `line_bytes_max`, or lacks its line break at the end.
  bool is_cut() const { return cut_; }
  std::uint64_t bytes_read() const { return bytes_; }

 private:
  bool fill();  // reads more behind what is unread; false at the end
  void skip_rest();

  std::istream& input_;
  std::string file_;
  std::string buffer_;
  std::string line_;
  std::size_t at_ = 0;  // in the buffer: the first byte not taken yet
  std::uint64_t number_ = 0;
  std::uint64_t bytes_ = 0;
  bool cut_ = false;
};

}  // namespace proactor_lab
