// Each rule has a trace that breaks it; what programs really do breaks none.
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "tests/catch.hpp"
#include "traces/rules.hpp"
#include "traces/trace_reader.hpp"

using namespace proactor_lab;

namespace {

const std::filesystem::path broken = std::string(PROACTOR_LAB_SOURCE_DIR) + "/tests/goldens/broken";

}  // namespace

TEST_CASE("every rule has a golden trace that breaks it, and only it") {
  const StringPool none;
  for (const auto& monitor : make_monitors(none)) {
    const std::string rule(monitor->rule());
    INFO(rule);
    const Trace trace = read_trace_file((broken / (rule + ".json")).string());
    const auto violations = check_rules(trace);
    REQUIRE_FALSE(violations.empty());
    for (const Violation& violation : violations) CHECK(violation.rule == rule);
  }
}

TEST_CASE("there is no golden trace without a rule") {
  const StringPool none;
  std::set<std::string> rules;
  for (const auto& monitor : make_monitors(none)) rules.insert(std::string(monitor->rule()));
  for (const auto& file : std::filesystem::directory_iterator(broken)) {
    CHECK(rules.count(file.path().stem().string()) == 1);
  }
}
