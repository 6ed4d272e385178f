// Strict reading of a JSON object: every error names the file and the JSON pointer.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace proactor_lab {

/// Keeps keys in the order of the file, because a lesson's runs are shown in that order.
using OrderedJson = nlohmann::ordered_json;

/// Throws InputError if the text is not JSON (naming the line), is nested deeper than 64, or
/// repeats a key in one object.
OrderedJson parse_strict_json(std::string_view text, const std::string& file);

/// For text that is shown to people. `text` must be valid UTF-8; parse_strict_json has checked
/// that.
bool has_control_characters(std::string_view text);

/// A value and its JSON pointer. Holds references: file and document must outlive it. Every member
/// that checks the value throws InputError if the check fails.
class JsonNode {
 public:
  JsonNode(const OrderedJson& value, const std::string& file, std::string pointer = {})
      : value_(value), file_(file), pointer_(std::move(pointer)) {}

  const OrderedJson& value() const { return value_; }
  const std::string& pointer() const { return pointer_; }

  /// Throws if this is not an object or has keys other than these.
  const JsonNode& only(std::initializer_list<std::string_view> keys) const;
  const JsonNode& object() const;
  bool has(std::string_view key) const { return value_.contains(key); }
  /// Throws if the member is missing.
  JsonNode at(std::string_view key) const;
  /// Elements of an array; members of an object.
  std::vector<JsonNode> elements() const;
  std::vector<std::pair<std::string, JsonNode>> members() const;

  std::string text(std::size_t bytes_max = 200) const;
  /// Text that is never shown to people: any characters are allowed.
  const std::string& content(std::size_t bytes_max) const;
  std::int64_t integer(std::int64_t least, std::int64_t most) const;
  double number(double least, double most) const;
  bool boolean() const;

  [[noreturn]] void fail(const std::string& problem, const std::string& remedy = {}) const;

 private:
  const OrderedJson& value_;
  const std::string& file_;
  std::string pointer_;
};

}  // namespace proactor_lab
