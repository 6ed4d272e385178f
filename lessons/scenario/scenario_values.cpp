#include <algorithm>
#include <cmath>

#include "lessons/scenario/scenario_parts.hpp"

namespace proactor_lab::scenario_parts {
namespace {

constexpr double ms_max = 1e9;  // the longest delay: 11 days

}  // namespace

Duration milliseconds(const JsonNode& node) {
  return Duration{std::llround(node.number(0, ms_max) * 1e6)};
}

DelayRange delay(const JsonNode& node) {
  if (!node.value().is_object()) {
    const Duration fixed = milliseconds(node);
    return {fixed, fixed};
  }
  node.only({"min", "max", "shape", "mean"});
  if (node.has("mean")) {
    node.only({"mean"});
    return {milliseconds(node.at("mean")), {}, DelayShape::exponential};
  }
  DelayRange range{milliseconds(node.at("min")), milliseconds(node.at("max"))};
  if (range.most < range.least) node.fail("\"max\" is smaller than \"min\"");
  if (!node.has("shape")) return range;
  const std::string shape = node.at("shape").text();
  if (shape == "bell") {
    range.shape = DelayShape::bell;
  } else if (shape == "heavy") {
    range.shape = DelayShape::heavy;
    if (range.least == Duration::zero()) {
      node.at("min").fail("must be more than 0", "a heavy tail doubles it again and again");
    }
  } else if (shape != "even") {
    node.at("shape").fail("must be \"even\", \"bell\" or \"heavy\"");
  }
  return range;
}

std::uint16_t port(const JsonNode& node) {
  return static_cast<std::uint16_t>(node.integer(0, 65535));
}

std::uint32_t count(const JsonNode& node, std::int64_t least, std::int64_t most) {
  return static_cast<std::uint32_t>(node.integer(least, most));
}

std::uint32_t per_million(const JsonNode& node) {
  return static_cast<std::uint32_t>(std::lround(node.number(0, 1) * 1e6));
}

std::string content(const JsonNode& node) {
  std::string said;
  if (node.has("text")) said = node.at("text").content(65536);
  if (node.has("bytes")) {
    const auto bytes = static_cast<std::size_t>(node.at("bytes").integer(1, bytes_max));
    // The text first, then a pattern that makes misplaced bytes visible.
    said.resize(std::min(said.size(), bytes));
    while (said.size() < bytes) said += static_cast<char>('a' + said.size() % 26);
  }
  return said;
}

std::string path(const JsonNode& node) {
  const std::string whole = node.text(200);
  std::string_view rest = whole;
  while (true) {
    const std::size_t end = rest.find('/');
    const std::string_view name = rest.substr(0, end);
    if (name.empty() || name == "." || name == "..") {
      node.fail("is not a path beneath the root", "like \"pages/index.html\": relative, no \"..\"");
    }
    if (end == std::string_view::npos) return whole;
    rest.remove_prefix(end + 1);
  }
}

}  // namespace proactor_lab::scenario_parts
