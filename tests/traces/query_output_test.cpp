// The three output formats: no part of a value is lost, and none is interpreted.
#include "traces/query/query_output.hpp"

#include <nlohmann/json.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/trace_builder.hpp"

using namespace proactor_lab;

namespace {

QueryResult ask(const std::string& sql) {
  const Trace trace = test::echo_of_two();
  const Model model(trace);
  return TraceDatabase(model).query(sql);
}

}  // namespace

TEST_CASE("text aligns columns, numbers to the right, as a reader counts characters") {
  CHECK(to_text(ask("SELECT 5 AS n, 'µs' AS unit, 'x' AS y UNION ALL SELECT 120, 'ms', 'y'")) ==
        "  n  unit  y\n"
        "  5  µs    x\n"
        "120  ms    y\n");
  CHECK(to_text(ask("SELECT NULL AS a, 1.5 AS b")) == "a    b\n   1.5\n");
  CHECK(to_text(ask("SELECT 1 AS none WHERE 0")) == "none\n");
}

TEST_CASE("text cannot move a terminal's cursor or begin a line") {
  const std::string text =
      to_text(ask("SELECT char(27) || '[2J' || char(10) || char(13) || char(155) || "
                  "CAST(x'ff' AS TEXT) || char(127) AS t"));
  CHECK(text == "t\n\\x1b[2J\\n\\x0d\\x9b\\xff\\x7f\n");
}

TEST_CASE("csv is RFC 4180: quotes where they must be, NULL and the empty text told apart") {
  CHECK(to_csv(ask("SELECT 1 AS \"a,b\", NULL AS n, '' AS e, 'say \"x\"' AS q, 'two' || char(10) "
                   "|| 'lines' AS l, 'plain' AS p")) ==
        "\"a,b\",n,e,q,l,p\r\n"
        "1,,\"\",\"say \"\"x\"\"\",\"two\nlines\",plain\r\n");
}

TEST_CASE("json keeps every digit and every character") {
  const std::string json =
      to_json(ask("SELECT 9007199254740993 AS big, 1.5 AS half, NULL AS none, '5' AS text, "
                  "'a\"\\' || char(10) || char(1) AS odd, x'00ff' AS blob, 1e300 * 1e300 AS "
                  "endless, CAST(x'ff41' AS TEXT) AS wrong"));
  CHECK(json ==
        "[\n{\"big\":9007199254740993,\"half\":1.5,\"none\":null,\"text\":\"5\","
        "\"odd\":\"a\\\"\\\\\\u000a\\u0001\",\"blob\":\"x'00ff'\",\"endless\":\"Inf\","
        "\"wrong\":\"\xEF\xBF\xBD"
        "A\"}\n]\n");
  const auto parsed = nlohmann::json::parse(json);
  CHECK(parsed[0]["big"].get<std::int64_t>() == 9007199254740993);
  CHECK(parsed[0]["odd"].get<std::string>() == "a\"\\\n\x01");
}

TEST_CASE("json has no key twice, and an empty answer is an empty array") {
  CHECK(to_json(ask("SELECT 1 AS a, 2 AS a, 3 AS \"a:2\"")) ==
        "[\n{\"a\":1,\"a:2\":2,\"a:2:2\":3}\n]\n");
  CHECK(to_json(ask("SELECT 1 AS a WHERE 0")) == "[]\n");
  const auto events = nlohmann::json::parse(to_json(ask("SELECT * FROM events")));
  CHECK(events.size() == test::echo_of_two().events.size());
}
