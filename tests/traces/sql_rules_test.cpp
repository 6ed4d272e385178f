// Rules that a user writes in SQL: what a file may contain, and what a row means.
#include "traces/rules/sql_rules.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/trace_builder.hpp"
#include "traces/format/input_error.hpp"
#include "traces/model/model.hpp"

using namespace proactor_lab;

namespace {

std::string complaint_about(const std::string& text) {
  try {
    const Trace trace = test::echo_of_two();
    check_sql_rules(parse_sql_rules(text, "my.sql"), "my.sql", Model(trace));
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

std::vector<Violation> violations_of(const std::string& text) {
  const Trace trace = test::echo_of_two();
  return check_sql_rules(parse_sql_rules(text, "my.sql"), "my.sql", Model(trace));
}

const std::string head = "-- rule: mine\n-- demand: It is so.\n";

}  // namespace

TEST_CASE("each row of a user's rule is a violation, in the order of the events", "[rules]") {
  const auto violations = violations_of(
      "-- What we want of our server.\n\n"
      "-- rule: full_buffers\n-- demand: A receive fills its buffer.\n-- severity: hint\n"
      "SELECT completed AS event, 'only ' || result || ' bytes' AS message FROM operations\n"
      "WHERE opcode = 'receive' AND result BETWEEN 0 AND asked_bytes - 1 -- a comment\n;\n"
      "-- rule: few_accepts\n-- demand: At most one accept.\n"
      "SELECT initiated AS event FROM operations WHERE opcode = 'accept' ORDER BY event DESC\n");
  REQUIRE(violations.size() == 4);
  CHECK(violations[0].rule == "full_buffers");
  CHECK(violations[0].severity == Severity::hint);
  CHECK(violations[0].sentence == "only 5 bytes");
  CHECK(violations[1].rule == "few_accepts");
  CHECK(violations[1].severity == Severity::warning);
  CHECK(violations[1].sentence == "At most one accept.");
  CHECK(violations[1].event < violations[2].event);
}

TEST_CASE("a rule that selects nothing is kept", "[rules]") {
  CHECK(violations_of(head + "SELECT seq AS event FROM events WHERE 0").empty());
}

TEST_CASE("a wrong rule is told with file, line and remedy", "[rules]") {
  struct Case {
    std::string text;
    std::string message;
  };
  for (const Case& each : std::vector<Case>{
           {"", "my.sql: line 0: there is no rule"},
           {"-- nothing\n", "my.sql: line 1: there is no rule"},
           {"SELECT 1\n", "my.sql: line 1: this stands before the first rule"},
           {"-- rule: Mine!\n", "my.sql: line 1: a rule's name"},
           {"-- rule: " + std::string(61, 'a') + "\n", "my.sql: line 1: a rule's name"},
           {"\n-- rule: mine\nSELECT 1\n", "my.sql: line 2: the rule \"mine\" does not say"},
           {head + "SELECT 1 AS event\n" + head,
            "my.sql: line 4: there is a rule \"mine\" already"},
           {"-- rule: completes_once\n", "there is a rule \"completes_once\" already"},
           {head + "-- severity: grave\n", "my.sql: line 3: there is no severity \"grave\""},
           {head + "-- demand:\n", "my.sql: line 3: a demand"},
           {head, "my.sql: line 1: the rule \"mine\": the query is empty"},
           {head + "SELECT nonsense FROM events", "my.sql: line 1: the rule \"mine\": no such"},
           {head + "SELECT seq FROM events", "has no column \"event\""},
           {head + "SELECT 0 AS event", "\"0\" is not an event"},
           {head + "SELECT 99999 AS event", "\"99999\" is not an event"},
           {head + "SELECT NULL AS event", "\"\" is not an event"},
           {head + "SELECT 'x' AS event", "\"x\" is not an event"},
           {head + "SELECT 1 AS event; SELECT 2 AS event", "one query only"},
           {head + "DELETE FROM events", "table events may not be modified"},
           {head + "ATTACH '/etc/passwd' AS p", "only reading the trace is allowed"},
           {head + "SELECT 1 AS event FROM events WHERE readfile('/etc/passwd')", "mine"}}) {
    INFO(each.text);
    const std::string message = complaint_about(each.text);
    INFO(message);
    CHECK(message.find(each.message) != std::string::npos);
  }
}

TEST_CASE("a file has at most a hundred rules", "[rules]") {
  std::string text;
  for (int i = 0; i < 101; ++i) {
    text += "-- rule: r" + std::to_string(i) + "\n-- demand: x\nSELECT 1 AS event\n";
  }
  CHECK(complaint_about(text).find("more than 100 rules") != std::string::npos);
}

TEST_CASE("a rule that never ends is stopped", "[rules]") {
  const std::string message =
      complaint_about(head +
                      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
                      "SELECT 1 AS event FROM n WHERE i < 0");
  CHECK(message.find("ran longer") != std::string::npos);
}
