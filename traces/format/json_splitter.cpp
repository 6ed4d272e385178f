#include "traces/format/json_splitter.hpp"

#include <algorithm>
#include <cstring>

namespace proactor_lab {

bool JsonSplitter::fill() {
  std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(position_),
            buffer_.begin() + static_cast<std::ptrdiff_t>(size_), buffer_.begin());
  size_ -= position_;
  position_ = 0;
  const std::size_t got = input_.read(buffer_.data() + size_, buffer_bytes - size_);
  size_ += got;
  return got != 0;
}

int JsonSplitter::peek() {
  if (position_ == size_ && !fill()) return -1;
  return static_cast<unsigned char>(buffer_[position_]);
}

const char* JsonSplitter::rest_of_line() {
  const auto newline = [this] {
    const std::size_t length = std::min(size_ - position_, line_bytes_max);
    return std::memchr(buffer_.data() + position_, '\n', length);
  };
  if (newline() == nullptr) {
    if (size_ - position_ >= line_bytes_max || !fill() || newline() == nullptr) return nullptr;
  }
  return buffer_.data() + position_;
}

int JsonSplitter::get() {
  const int c = peek();
  if (c < 0) return c;
  ++position_;
  if (c == '\n') ++line_;
  return c;
}

int JsonSplitter::peek_token() {
  int c = peek();
  while (c == ' ' || c == '\n' || c == '\r' || c == '\t') {
    get();
    c = peek();
  }
  return c;
}

JsonSplitter::Result JsonSplitter::take_value(std::string& text, std::size_t limit,
                                              std::uint64_t& start_line) {
  text.clear();
  const int first = peek_token();
  start_line = line_;
  if (first < 0) return Result::ended;
  if (first != '{' && first != '"') return Result::malformed;
  std::uint64_t depth = 0;
  bool in_string = false;
  while (true) {
    const int c = get();
    if (c < 0) return Result::ended;
    if (text.size() == limit) return Result::too_long;
    text += static_cast<char>(c);
    if (in_string) {
      if (c == '\\') {
        const int escaped = get();
        if (escaped < 0) return Result::ended;
        text += static_cast<char>(escaped);
      } else if (c == '"') {
        in_string = false;
      }
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if (c == '}' || c == ']') {
      --depth;
    }
    if (!in_string && depth == 0) return Result::value;
  }
}

}  // namespace proactor_lab
