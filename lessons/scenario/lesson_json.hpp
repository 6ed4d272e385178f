// Strict reading of a JSON object: every complaint names the file and the JSON pointer.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace proactor_lab {

/// Keeps keys in the order of the file: a lesson's runs are shown in that order.
using OrderedJson = nlohmann::ordered_json;

/// Refuses what is not JSON (naming the line), nesting deeper than 64, and a key that stands twice.
OrderedJson parse_strict_json(std::string_view text, const std::string& file);

/// Text that a person will see: valid UTF-8 (the parser saw to that) without control characters.
bool has_control_characters(std::string_view text);

/// A value and where it stands. Keeps references: file and document must outlive it.
class JsonNode {
 public:
  JsonNode(const OrderedJson& value, const std::string& file, std::string pointer = {})
      : value_(value), file_(file), pointer_(std::move(pointer)) {}

  const OrderedJson& value() const { return value_; }
  const std::string& pointer() const { return pointer_; }

  /// This must be an object with no other keys than these.
  const JsonNode& only(std::initializer_list<std::string_view> keys) const;
  const JsonNode& object() const;
  bool has(std::string_view key) const { return value_.contains(key); }
  /// The member, which must be there.
  JsonNode at(std::string_view key) const;
  /// Elements of an array; members of an object.
  std::vector<JsonNode> elements() const;
  std::vector<std::pair<std::string, JsonNode>> members() const;

  std::string text(std::size_t bytes_max = 200) const;
  /// Text that no person is shown: any characters.
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
