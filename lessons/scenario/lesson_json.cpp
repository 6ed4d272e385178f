#include "lessons/scenario/lesson_json.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "traces/format/input_error.hpp"

namespace proactor_lab {
namespace {

constexpr int depth_max = 64;

std::string line_of_byte(std::string_view text, std::size_t byte) {
  const std::size_t end = std::min(byte == 0 ? 0 : byte - 1, text.size());
  return "line " + std::to_string(1 + std::count(text.begin(), text.begin() + end, '\n'));
}

std::string escaped(std::string_view key) {
  std::string token;
  for (const char c : key) {
    if (c == '~') {
      token += "~0";
    } else if (c == '/') {
      token += "~1";
    } else {
      token += c;
    }
  }
  return token;
}

}  // namespace

OrderedJson parse_strict_json(std::string_view text, const std::string& file) {
  std::vector<std::set<std::string>> keys;  // one set per open object
  const auto watch = [&](int depth, nlohmann::detail::parse_event_t event, OrderedJson& parsed) {
    using Parse = OrderedJson::parse_event_t;
    if (depth > depth_max) throw InputError(file, "", "JSON nested more than 64 deep");
    if (event == Parse::object_start) keys.emplace_back();
    if (event == Parse::object_end) keys.pop_back();
    if (event == Parse::key && !keys.back().insert(parsed.get<std::string>()).second) {
      throw InputError(file, "", "the key '" + parsed.get<std::string>() + "' stands twice",
                       "keep one of them");
    }
    return true;
  };
  try {
    return OrderedJson::parse(text, watch);
  } catch (const OrderedJson::parse_error& error) {
    std::string problem = error.what();
    if (const auto at = problem.rfind(": "); at != std::string::npos) problem.erase(0, at + 2);
    throw InputError(file, line_of_byte(text, error.byte), "not valid JSON: " + problem,
                     "mend it there or just before");
  } catch (const OrderedJson::exception&) {
    throw InputError(file, "", "not valid JSON: a number is too large", "write a smaller one");
  }
}

bool has_control_characters(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') || c == 0x7F;
  });
}

void JsonNode::fail(const std::string& problem, const std::string& remedy) const {
  throw InputError(file_, pointer_.empty() ? "/" : pointer_, problem, remedy);
}

const JsonNode& JsonNode::object() const {
  if (!value_.is_object()) fail("must be an object {...}");
  return *this;
}

const JsonNode& JsonNode::only(std::initializer_list<std::string_view> keys) const {
  object();
  for (const auto& item : value_.items()) {
    if (std::find(keys.begin(), keys.end(), item.key()) != keys.end()) continue;
    std::string known;
    for (const std::string_view key : keys) (known += known.empty() ? "" : ", ") += key;
    JsonNode(item.value(), file_, pointer_ + "/" + escaped(item.key()))
        .fail("unknown key", "known here: " + known);
  }
  return *this;
}

JsonNode JsonNode::at(std::string_view key) const {
  object();
  const auto found = value_.find(key);
  if (found == value_.end()) fail("'" + std::string(key) + "' is missing", "add it");
  return JsonNode(*found, file_, pointer_ + "/" + escaped(key));
}

std::vector<JsonNode> JsonNode::elements() const {
  if (!value_.is_array()) fail("must be a list [...]");
  std::vector<JsonNode> nodes;
  for (std::size_t i = 0; i < value_.size(); ++i) {
    nodes.emplace_back(value_[i], file_, pointer_ + "/" + std::to_string(i));
  }
  return nodes;
}

std::vector<std::pair<std::string, JsonNode>> JsonNode::members() const {
  object();
  std::vector<std::pair<std::string, JsonNode>> nodes;
  for (const auto& item : value_.items()) {
    nodes.emplace_back(item.key(),
                       JsonNode(item.value(), file_, pointer_ + "/" + escaped(item.key())));
  }
  return nodes;
}

const std::string& JsonNode::content(std::size_t bytes_max) const {
  if (!value_.is_string()) fail("must be text in quotes");
  const auto& text = value_.get_ref<const std::string&>();
  if (text.empty()) fail("must not be empty");
  if (text.size() > bytes_max) fail("longer than " + std::to_string(bytes_max) + " bytes");
  return text;
}

std::string JsonNode::text(std::size_t bytes_max) const {
  const std::string& text = content(bytes_max);
  if (has_control_characters(text)) fail("has control characters in it", "remove them");
  return text;
}

std::int64_t JsonNode::integer(std::int64_t least, std::int64_t most) const {
  // An unsigned number above INT64_MAX would wrap in get<int64_t>.
  const bool fits = value_.is_number_unsigned()
                        ? value_.get<std::uint64_t>() <= static_cast<std::uint64_t>(INT64_MAX)
                        : value_.is_number_integer();
  if (!fits || value_.get<std::int64_t>() < least || value_.get<std::int64_t>() > most) {
    fail("must be a whole number from " + std::to_string(least) + " to " + std::to_string(most));
  }
  return value_.get<std::int64_t>();
}

double JsonNode::number(double least, double most) const {
  if (!value_.is_number()) fail("must be a number");
  const double number = value_.get<double>();
  if (!std::isfinite(number) || number < least || number > most) fail("out of range");
  return number;
}

bool JsonNode::boolean() const {
  if (!value_.is_boolean()) fail("must be true or false");
  return value_.get<bool>();
}

}  // namespace proactor_lab
