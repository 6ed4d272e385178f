#include "traces/json_splitter.hpp"

namespace proactor_lab {

int JsonSplitter::peek() {
  if (position_ == size_) {
    input_.read(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
    size_ = static_cast<std::size_t>(input_.gcount());
    position_ = 0;
    if (size_ == 0) return -1;
  }
  return static_cast<unsigned char>(buffer_[position_]);
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
