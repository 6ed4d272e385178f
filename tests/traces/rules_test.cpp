// Each rule has traces that break it, and others that nearly do.
#include "traces/rules/rules.hpp"

#include <map>

#include "tests/support/catch.hpp"
#include "tests/traces/rule_cases.hpp"

using namespace proactor_lab;
using namespace proactor_lab::test;

namespace {

std::vector<RuleCase> all_cases() {
  std::vector<RuleCase> all;
  for (auto* family : {order_cases, ownership_cases, stream_cases, service_cases, thread_cases}) {
    for (RuleCase& each : family()) all.push_back(std::move(each));
  }
  return all;
}

}  // namespace

TEST_CASE("a trace that breaks a rule breaks it alone, a near miss none", "[rules]") {
  for (const RuleCase& each : all_cases()) {
    INFO(each.rule << ": " << each.what);
    const auto violations = check_rules(each.trace);
    for (const Violation& violation : violations) {
      INFO("#" << violation.event << ": " << violation.rule << ": " << violation.sentence);
      CHECK(violation.rule == each.rule);
    }
    CHECK(violations.empty() != each.breaks);
  }
}

TEST_CASE("every rule has a trace that breaks it and a near miss", "[rules]") {
  std::map<std::string, std::pair<int, int>> cases;
  for (const RuleCase& each : all_cases()) {
    ++(each.breaks ? cases[each.rule].first : cases[each.rule].second);
  }
  const StringPool none;
  const auto monitors = make_monitors(none);
  for (const auto& monitor : monitors) {
    INFO(monitor->rule());
    CHECK(cases[std::string(monitor->rule())].first > 0);
    CHECK(cases[std::string(monitor->rule())].second > 0);
  }
  CHECK(cases.size() == monitors.size());
}

TEST_CASE("a violation names events that are in the trace, in their order", "[rules]") {
  for (const RuleCase& each : all_cases()) {
    INFO(each.rule << ": " << each.what);
    for (const Violation& violation : check_rules(each.trace)) {
      CHECK(each.trace.find(violation.event).has_value());
      CHECK(std::is_sorted(violation.others.begin(), violation.others.end()));
      for (const std::uint32_t other : violation.others) CHECK(each.trace.find(other).has_value());
    }
  }
}

TEST_CASE("a trace that was cut is not blamed for what it lacks", "[rules]") {
  RuleTrace t;
  t.begin("receive", t.open("A"), 100);
  Trace trace = t.finish();
  CHECK_FALSE(check_rules(trace).empty());
  trace.truncated = true;
  CHECK(check_rules(trace).empty());
}

TEST_CASE("the limit of violations is kept, and the first are told", "[rules]") {
  RuleTrace t;
  for (int i = 0; i < 100; ++i) t.close(7);
  const auto violations = check_rules(t.finish(), {.most = 10});
  REQUIRE(violations.size() == 10);
  CHECK(violations.front().event == 3);
  CHECK(violations.back().event == 12);
}

TEST_CASE("the program's conduct can be left alone", "[rules]") {
  RuleTrace t;
  const std::uint32_t a = t.open("A");
  const std::uint32_t first = t.begin("send", a);
  t.serve(t.begin("send", a), 5);
  t.serve(first, 5);
  const Trace trace = t.finish();
  CHECK(check_rules(trace).size() == 1);
  CHECK(check_rules(trace, {.pattern_only = true}).empty());
}
