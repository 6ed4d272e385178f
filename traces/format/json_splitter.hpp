// Finds the JSON values of an array in a stream without reading the rest: each value's text, with
// the line it starts on. Only brackets and strings are looked at; the value itself is parsed by
// somebody else, who then sees a bounded piece of text.
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

  /// The next character that is not white space, left in place; -1 at the end.
  int peek_token();
  int get();

  enum class Result : std::uint8_t {
    value,      ///< a whole value is in `text`
    ended,      ///< the input ended before the value did
    too_long,   ///< it has more than `limit` characters
    malformed,  ///< what stands there is not the start of an object or a string
  };
  /// Takes one object (brackets balanced outside strings) or one string. `start_line` is where it
  /// began.
  Result take_value(std::string& text, std::size_t limit, std::uint64_t& start_line);

  /// The rest of the line from here on, its newline included, left in place; null where the line is
  /// very long or the last. 64 bytes more can be read. Valid until the next call of anything here.
  const char* rest_of_line();
  /// What was read and not taken yet, after `peek_token`: the file's beginning, at its beginning.
  std::string_view ahead() const { return {buffer_.data() + position_, size_ - position_}; }
  /// Takes what `rest_of_line` gave up to `end`, which has no newline in it.
  void take_to(const char* end) { position_ = static_cast<std::size_t>(end - buffer_.data()); }

 private:
  static constexpr std::size_t buffer_bytes = 256 * 1024;
  static constexpr std::size_t line_bytes_max = 4096;

  int peek();
  /// Reads on behind what is left in the buffer; false at the end.
  bool fill();

  TextInput& input_;
  std::vector<char> buffer_;
  std::size_t position_ = 0;
  std::size_t size_ = 0;
  std::uint64_t line_ = 1;
};

}  // namespace proactor_lab
