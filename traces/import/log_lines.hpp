// Reads the lines of a log from an untrusted stream. The log may be a pipe: its beginning can be
// inspected before the first line is consumed, and nothing is read twice.
#pragma once

#include <cstdint>
#include <istream>
#include <string>
#include <string_view>

namespace proactor_lab {

class LogLines {
 public:
  static constexpr std::size_t line_bytes_max = 16 * 1024;  ///< longer lines are cut
  static constexpr std::size_t beginning_bytes_max = 256 * 1024;

  /// `file` is used in messages. The stream must outlive this object.
  LogLines(std::istream& input, std::string file) : input_(input), file_(std::move(file)) {}

  const std::string& file() const { return file_; }

  /// The next bytes of the log without consuming them, up to `beginning_bytes_max`; fewer at the
  /// end of the log.
  std::string_view beginning();

  /// Returns false at the end. `line` has no line break and is valid until the next call.
  bool next(std::string_view& line);

  /// Number of the last line returned, from 1; 0 before the first.
  std::uint64_t number() const { return number_; }
  /// True if the last line was longer than `line_bytes_max`, or lacks its line break at the end.
  bool is_cut() const { return cut_; }
  std::uint64_t bytes_read() const { return bytes_; }

 private:
  bool fill();  // reads more behind the unread bytes; false at the end
  void skip_rest();

  std::istream& input_;
  std::string file_;
  std::string buffer_;
  std::string line_;
  std::size_t at_ = 0;  // index in `buffer_` of the first byte not consumed
  std::uint64_t number_ = 0;
  std::uint64_t bytes_ = 0;
  bool cut_ = false;
};

}  // namespace proactor_lab
