// The message for an invalid scenario.
#pragma once

#include <string>

#include "lessons/scenario/scenario.hpp"
#include "tests/support/catch.hpp"
#include "traces/format/input_error.hpp"

namespace proactor_lab {

/// Parses a scenario of `program` with these members in addition to the required ones. Returns the
/// message.
inline std::string complaint(const std::string& program, const std::string& members) {
  try {
    parse_scenario(R"({"format":1,"program":")" + program + "\"," + members + "}", "s.json");
  } catch (const InputError& error) {
    return error.what();
  }
  return "accepted";
}

inline bool complains(const std::string& program, const std::string& members,
                      const std::string& part) {
  const std::string text = complaint(program, members);
  UNSCOPED_INFO(members << " -> " << text);
  return text.find(part) != std::string::npos;
}

}  // namespace proactor_lab
