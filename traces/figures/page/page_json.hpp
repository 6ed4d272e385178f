// JSON that is safe inside an HTML page: no text of a trace can end the enclosing element, begin a
// comment, or break a line of script. Bytes that are not well-formed UTF-8 become U+FFFD.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace proactor_lab::figures {

/// With quotes.
std::string json_text(std::string_view text);

/// With at most one decimal, the same in every locale.
std::string json_number(float value);

/// Escapes text between tags or in a quoted attribute of HTML.
std::string html_text(std::string_view text);

/// Builds `{...}` or `[...]`: inserts a comma before every value but the first.
class JsonList {
 public:
  explicit JsonList(char open) : close_(open == '{' ? '}' : ']') { out_ += open; }
  void raw(std::string_view value) {
    if (out_.size() > 1) out_ += ',';
    out_ += value;
  }
  void number(std::int64_t value) { raw(std::to_string(value)); }
  void number(float value) { raw(json_number(value)); }
  void text(std::string_view value) { raw(json_text(value)); }
  void member(std::string_view name, std::string_view value) {
    raw(json_text(name));
    out_ += ':';
    out_ += value;
  }
  std::string take() {
    out_ += close_;
    return std::move(out_);
  }

 private:
  std::string out_;
  char close_;
};

}  // namespace proactor_lab::figures
