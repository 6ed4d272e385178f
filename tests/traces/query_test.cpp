// SQL over traces: the content of the tables, what the horizon hides, what a hostile query cannot
// do.
#include "traces/query/query.hpp"

#include <chrono>
#include <string>

#include "tests/support/catch.hpp"
#include "tests/support/trace_builder.hpp"

using namespace proactor_lab;

namespace {

struct Echo {
  Trace trace = test::echo_of_two();
  Model model{trace};
  TraceDatabase database{model};
};

std::string error_of(const TraceDatabase& database, const std::string& sql,
                     const QueryLimits& limits = {}) {
  try {
    database.query(sql, limits);
  } catch (const QueryError& error) {
    return error.what();
  }
  return {};
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::vector<std::string> words_of(const std::vector<QueryValue>& row) {
  std::vector<std::string> words;
  for (const QueryValue& value : row) words.push_back(value.text);
  return words;
}

}  // namespace

TEST_CASE("events carry the fields of their kind and NULL elsewhere") {
  const Echo echo;
  const TraceDatabase& database = echo.database;
  CHECK(database.answer("SELECT count(*) FROM events") == std::to_string(echo.trace.events.size()));
  CHECK(database.answer("SELECT client FROM events WHERE kind='client_sent' AND bytes>0") == "B");
  CHECK(database.answer("SELECT role FROM events WHERE kind='bytes_moved'") == "processor");
  CHECK(database.answer("SELECT handler FROM events WHERE kind='handler_entered'") == "on_accept");
  CHECK(database.answer("SELECT result FROM events WHERE kind='operation_completed' "
                        "ORDER BY seq DESC LIMIT 1") == "0");
  // A depth is a value, not a result. A result of zero is a number, not a missing one.
  CHECK(database.answer("SELECT count(*) FROM events WHERE kind='completion_queued' AND "
                        "(result IS NOT NULL OR value IS NULL)") == "0");
  CHECK(database.answer("SELECT count(*) FROM events WHERE kind='wait_entered' AND "
                        "(bytes IS NOT NULL OR result IS NOT NULL OR operation IS NOT NULL)") ==
        "0");
}

TEST_CASE("operations have their moments, times and durations") {
  const Echo echo;
  const QueryResult result = echo.database.query(
      "SELECT id, on_label, handler, asked_bytes, result, outcome, completed_ns - started_ns = "
      "in_flight_for_ns AS agrees FROM operations WHERE opcode='receive' ORDER BY id");
  CHECK(result.columns == std::vector<std::string>{"id", "on_label", "handler", "asked_bytes",
                                                   "result", "outcome", "agrees"});
  REQUIRE(result.rows.size() == 2);
  CHECK(words_of(result.rows[0]) ==
        std::vector<std::string>{"2", "A", "on_receive", "4096", "-125", "cancelled", "1"});
  CHECK(result.rows[1][4].text == "5");
  CHECK(echo.database.answer("SELECT count(*) FROM operations o WHERE NOT (initiated <= submitted "
                             "AND submitted <= started AND started <= completed AND completed <= "
                             "queued AND queued <= dequeued AND dequeued <= entered)") == "0");
}

TEST_CASE("rows come grouped and in the order of a column of texts, as SQLite would sort them") {
  const Echo echo;
  const auto rows = [&](const std::string& sql) {
    std::vector<std::vector<std::string>> all;
    for (const auto& row : echo.database.query(sql).rows) all.push_back(words_of(row));
    return all;
  };
  // SQLite itself sorts expressions.
  for (const char* column : {"kind", "label", "opcode"}) {
    for (const char* direction : {"", " DESC"}) {
      const std::string select = std::string("SELECT ") + column + " FROM events ORDER BY ";
      CHECK(rows(select + column + direction) == rows(select + column + " || ''" + direction));
    }
    const std::string count = std::string("SELECT ") + column + ", count(*) FROM events GROUP BY ";
    CHECK(rows(count + column) == rows(count + column + " || ''"));
  }
  CHECK(rows("SELECT DISTINCT kind FROM events").size() ==
        rows("SELECT DISTINCT kind || '' FROM events").size());
}

TEST_CASE("handlers, handles, buffers, threads and the run have a table each") {
  const Echo echo;
  const TraceDatabase& database = echo.database;
  CHECK(database.answer("SELECT count(*) FROM handlers WHERE exited > entered") == "6");
  CHECK(database.answer("SELECT result FROM handlers WHERE handler='on_send'") == "5");
  CHECK(database.answer("SELECT label FROM handles WHERE listener") == "listener");
  CHECK(database.answer("SELECT count(*) FROM buffers WHERE returned > lent") == "3");
  CHECK(database.answer("SELECT program FROM run") == "echo_server");
  CHECK(database.answer("SELECT count(*) FROM threads") == "1");

  const Trace three = test::three_threads();
  const Model model(three);
  const TraceDatabase threads(model);
  CHECK(threads.answer("SELECT count(*) FROM threads WHERE exited_ns IS NOT NULL") == "3");
  CHECK(threads.answer("SELECT count(*) FROM threads WHERE waiting_ns >= 90000000") == "3");
  CHECK(threads.answer("SELECT runnable_ns FROM threads WHERE id=1") == "0");
  CHECK(threads.answer("SELECT runnable_ns FROM threads WHERE id=3") == "5000000");
}

TEST_CASE("durations can be written as people read them") {
  const Echo echo;
  CHECK(echo.database.answer("SELECT duration(105000000)") == "105 ms");
  CHECK(echo.database.answer("SELECT ms(105000000)") == "105");
  CHECK(echo.database.answer("SELECT ms(1500000)") == "1.5");
  CHECK(echo.database.answer("SELECT ms(NULL) IS NULL AND duration(NULL) IS NULL") == "1");
}

TEST_CASE("nothing later than the horizon can be asked for") {
  const Echo echo;
  const OperationRecord& receive = *echo.model.operation(4);
  for (std::uint32_t horizon = 0; horizon <= echo.model.event_count(); ++horizon) {
    const TraceDatabase database(echo.model, horizon);
    const std::string after = std::to_string(horizon);
    CHECK(database.answer("SELECT count(*) FROM events") == after);
    const std::string late =
        "SELECT count(*) FROM operations WHERE max(ifnull(initiated,0), ifnull(submitted,0), "
        "ifnull(started,0), ifnull(completed,0), ifnull(queued,0), ifnull(dequeued,0), "
        "ifnull(entered,0), ifnull(exited,0), ifnull(cancel_requested,0)) > ";
    CHECK(database.answer(late + after) == "0");
    CHECK(database.answer("SELECT count(*) FROM handles WHERE max(opened, ifnull(closed,0)) > " +
                          after) == "0");
    CHECK(database.answer("SELECT count(*) FROM handlers WHERE max(entered, ifnull(exited,0)) > " +
                          after) == "0");
    const bool completed = receive.completed <= horizon;
    CHECK(database.answer("SELECT result IS NOT NULL AND outcome IS NOT NULL FROM operations "
                          "WHERE id=4") == (receive.initiated > horizon ? ""
                                            : completed                 ? "1"
                                                                        : "0"));
    if (horizon > 0) {
      CHECK(database.answer("SELECT last_ns FROM run") ==
            std::to_string(echo.model.event(horizon).time_ns));
    }
  }
}

TEST_CASE("other runs are asked under their names") {
  const Echo echo;
  const Trace three = test::three_threads();
  const Model model(three);
  TraceDatabase database(echo.model);
  database.attach("three", model);
  CHECK(database.answer("SELECT count(*) FROM three.threads") == "3");
  CHECK(database.answer("SELECT count(*) FROM threads") == "1");
  CHECK(database.answer("SELECT (SELECT program FROM three.run) <> (SELECT program FROM run)") ==
        "1");
  for (const char* bad : {"", "main", "temp", "events", "x;y", "Three", "sqlite_master", "1st"}) {
    CHECK_FALSE(TraceDatabase::is_run_name(bad));
    CHECK_THROWS_AS(database.attach(bad, model), QueryError);
  }
  CHECK(contains(error_of(database, "DELETE FROM three.events"), "may not be modified"));
}

TEST_CASE("a query can only read") {
  const Echo echo;
  for (const char* sql : {"DELETE FROM events",
                          "UPDATE events SET seq=1",
                          "INSERT INTO run VALUES(1,2,3,4,5,6)",
                          "DROP TABLE events",
                          "CREATE TABLE x(y)",
                          "CREATE TEMP VIEW v AS SELECT 1",
                          "ATTACH '/tmp/proactor_lab_query_test.db' AS x",
                          "PRAGMA user_version=3",
                          "PRAGMA table_info(events)",
                          "SELECT load_extension('x')",
                          "SELECT random()",
                          "SELECT hex(randomblob(8))",
                          "SELECT datetime('now')",
                          "SELECT CURRENT_TIMESTAMP",
                          "SELECT sqlite_version()",
                          "SELECT * FROM pragma_database_list",
                          "BEGIN",
                          "VACUUM INTO '/tmp/x'",
                          "REINDEX",
                          "ANALYZE",
                          "EXPLAIN SELECT 1",
                          "WITH x AS (SELECT 1) DELETE FROM events"}) {
    CAPTURE(sql);
    CHECK_FALSE(error_of(echo.database, sql).empty());
  }
  CHECK(echo.database.answer("SELECT count(*) FROM events") ==
        std::to_string(echo.trace.events.size()));
}

TEST_CASE("only one query at a time, and a whole one") {
  const Echo echo;
  CHECK(error_of(echo.database, "SELECT 1; SELECT 2").find("one query only") == 0);
  CHECK_FALSE(error_of(echo.database, "SELECT 1; garbage").empty());
  CHECK_FALSE(error_of(echo.database, "").empty());
  CHECK_FALSE(error_of(echo.database, " -- only a remark").empty());
  CHECK_FALSE(error_of(echo.database, "SELECT ?").empty());
  CHECK_FALSE(error_of(echo.database, "SELECT (").empty());
  CHECK_FALSE(error_of(echo.database, std::string("SELECT 1\0, 2", 12)).empty());
  CHECK_FALSE(error_of(echo.database, "SELECT '" + std::string(70'000, 'x') + "'").empty());
  CHECK(echo.database.query("SELECT 1 ; -- a remark\n ; ").rows.size() == 1);
}

TEST_CASE("time, rows, values and memory of a query are bounded") {
  const Echo echo;
  const std::string endless = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM c) ";
  const auto started = std::chrono::steady_clock::now();
  CHECK(contains(error_of(echo.database, endless + "SELECT count(*) FROM c", {50}),
                 "longer than 50 ms"));
  CHECK(contains(error_of(echo.database, endless + "SELECT x FROM c", {2000, 10}),
                 "more than 10 rows"));
  CHECK(contains(error_of(echo.database, "SELECT hex(zeroblob(2000))", {2000, 10, 1024}),
                 "longer than 1024 bytes"));
  CHECK(
      contains(error_of(echo.database,
                        endless + "SELECT printf('%.60000d', x) FROM c ORDER BY x DESC", {20'000}),
               "memory"));
  CHECK(std::chrono::steady_clock::now() - started < std::chrono::seconds(20));
  // The database can be queried again.
  CHECK(echo.database.answer("SELECT count(*) > 0 FROM events") == "1");
}

TEST_CASE("an answer is the first column of the first row, or nothing") {
  const Echo echo;
  CHECK(echo.database.answer("SELECT 'a', 'b' UNION ALL SELECT 'c', 'd'") == "a");
  CHECK(echo.database.answer("SELECT 1 WHERE 0").empty());
  CHECK(echo.database.answer("SELECT NULL").empty());
}
