// Golden traces that break the rules of the pattern, each with one changed line of a run.
#include <filesystem>
#include <set>

#include "tests/support/catch.hpp"
#include "traces/rules/rules.hpp"
#include "traces/trace_reader.hpp"

using namespace proactor_lab;

TEST_CASE("every golden trace breaks the rule that it is called like, and only it") {
  const StringPool none;
  std::set<std::string> rules;
  for (const auto& monitor : make_monitors(none)) rules.insert(std::string(monitor->rule()));
  const std::string folder = std::string(PROACTOR_LAB_SOURCE_DIR) + "/tests/goldens/broken";
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    const std::string rule = file.path().stem().string();
    INFO(rule);
    CHECK(rules.count(rule) == 1);
    const auto violations = check_rules(read_trace_file(file.path().string()));
    REQUIRE_FALSE(violations.empty());
    for (const Violation& violation : violations) CHECK(violation.rule == rule);
  }
}
