// Splits a JSON array in a stream into its values without parsing them: returns each value's text
// and the line on which it starts. It looks only at brackets and strings. The caller parses the
// value, whose text has a bounded size.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "traces/format/text_input.hpp"

namespace proactor_lab {

class JsonSplitter {
 public:
  explicit JsonSplitter(TextInput& input) : input_(input), buffer_(buffer_bytes + 64) {}

  std::uint64_t line() const { return line_; }

  /// The next character that is not white space, without consuming it; -1 at the end.
  int peek_token();
  int get();

  enum class Result : std::uint8_t {
    value,      ///< a whole value is in `text`
    ended,      ///< the input ended before the value did
    too_long,   ///< it has more than `limit` characters
    malformed,  ///< the next character does not start an object or a string
  };
  /// Consumes one object (brackets balanced outside strings) or one string. `start_line` receives
  /// the line on which it begins.
  Result take_value(std::string& text, std::size_t limit, std::uint64_t& start_line);

  /// The rest of the line from the current position, including its newline, without consuming it.
  /// Null if the line is very long or is the last. 64 bytes behind it are readable. Valid until the
  /// next call of any method.
  const char* rest_of_line();
  /// Data that was read and is not consumed yet. After the first `peek_token` it is the beginning
  /// of the file.
  std::string_view ahead() const { return {buffer_.data() + position_, size_ - position_}; }
  /// Consumes what `rest_of_line` returned, up to `end`. The consumed text must not contain a
  /// newline.
  void take_to(const char* end) { position_ = static_cast<std::size_t>(end - buffer_.data()); }

 private:
  static constexpr std::size_t buffer_bytes = 256 * 1024;
  static constexpr std::size_t line_bytes_max = 4096;

  int peek();
  /// Reads more input behind the unconsumed data; false at the end.
  bool fill();

  TextInput& input_;
  std::vector<char> buffer_;
  std::size_t position_ = 0;
  std::size_t size_ = 0;
  std::uint64_t line_ = 1;
};

}  // namespace proactor_lab
