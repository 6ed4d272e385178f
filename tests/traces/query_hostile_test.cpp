// Untrusted queries cannot write, cannot access anything outside, and cannot use unlimited
// resources.
#include <chrono>
#include <filesystem>
#include <string>

#include "tests/support/catch.hpp"
#include "tests/support/trace_builder.hpp"
#include "traces/query/query.hpp"

using namespace proactor_lab;

namespace {

struct Echo {
  Trace trace = test::echo_of_two();
  Model model{trace};
  TraceDatabase database{model};

  std::string error_of(const std::string& sql, const QueryLimits& limits = {}) const {
    try {
      database.query(sql, limits);
    } catch (const QueryError& error) {
      return error.what();
    }
    return {};
  }
};

const std::string endless = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM c) ";

}  // namespace

TEST_CASE("a hostile query changes nothing and opens nothing") {
  const Echo echo;
  const std::string target = std::filesystem::temp_directory_path() / "proactor_lab_hostile.db";
  for (const std::string& sql : {
           std::string("DELETE FROM events"),
           std::string("UPDATE operations SET result = 0"),
           std::string("INSERT INTO events(seq) VALUES(1)"),
           std::string("REPLACE INTO run VALUES('x')"),
           std::string("DROP TABLE events"),
           std::string("ALTER TABLE events RENAME TO gone"),
           std::string("CREATE VIRTUAL TABLE t USING fts5(x)"),
           std::string("CREATE TRIGGER t AFTER INSERT ON events BEGIN SELECT 1; END"),
           "ATTACH '" + target + "' AS x",
           "VACUUM INTO '" + target + "'",
           std::string("DETACH main"),
           std::string("SAVEPOINT a"),
           std::string("PRAGMA writable_schema = 1"),
           std::string("PRAGMA query_only"),
           std::string("SELECT * FROM pragma_table_info('events')"),
           std::string("SELECT * FROM pragma_database_list"),
           std::string("SELECT * FROM dbstat"),
           std::string("SELECT * FROM sqlite_stmt"),
           std::string("SELECT * FROM sqlite_dbpage"),
           std::string("SELECT load_extension('/lib/x.so')"),
           std::string("SELECT fts3_tokenizer('simple')"),
           std::string("SELECT readfile('/etc/passwd')"),
           std::string("SELECT writefile('" + target + "', 'x')"),
           std::string("SELECT sqlite_compileoption_get(1)"),
           std::string("SELECT date('now')"),
           std::string("SELECT unixepoch()"),
           std::string("SELECT random() FROM events"),
       }) {
    CAPTURE(sql);
    CHECK_FALSE(echo.error_of(sql).empty());
  }
  CHECK_FALSE(std::filesystem::exists(target));
  CHECK(echo.database.answer("SELECT count(*) FROM events") ==
        std::to_string(echo.trace.events.size()));
}

TEST_CASE("a hostile query that would never end is stopped, in whichever part it spends its time") {
  const Echo echo;
  // Nested WITHs: each doubles the one before, while the query is still being compiled.
  std::string doubling = "WITH a0 AS (SELECT 1 AS x)";
  for (int i = 1; i <= 40; ++i) {
    const std::string before = "a" + std::to_string(i - 1);
    doubling +=
        ", a" + std::to_string(i) + " AS (SELECT p.x FROM " + before + " p JOIN " + before + " q)";
  }
  doubling += " SELECT count(*) FROM a40";
  const std::string many = "events a, events b, events c, events d, events e, events f";
  for (const std::string& sql : {
           endless + "SELECT count(*) FROM c",
           endless + "SELECT max(x) FROM c WHERE x < 0",
           "SELECT count(*) FROM " + many,
           "SELECT count(*) FROM " + many + " WHERE a.kind > b.kind",
           "SELECT count(*) FROM operations o, " + many + " WHERE a.operation = o.id",
           doubling,
           endless + "SELECT length(printf('%.*c', 60000, 'x')) FROM c WHERE x < 0",
           endless + "SELECT count(*) FROM c WHERE printf('%.*c', 60000 + x % 9, 'a') LIKE "
                     "'%a_a_a_a_a_a_a_a_a_a_a_a_a_a_a_a_a_a_a_a_a_a_a_b'",
           endless + "SELECT count(*) FROM c, json_each('[1,2,3]')",
       }) {
    CAPTURE(sql.substr(0, 200));
    const auto started = std::chrono::steady_clock::now();
    const std::string error = echo.error_of(sql, {.milliseconds = 50});
    const bool stopped = error.find("longer than 50 ms") != std::string::npos ||
                         error.find("memory") != std::string::npos;
    CHECK(stopped);
    CHECK(error != "");
    // Not a test of speed: without the limit it would take minutes, or never end.
    CHECK(std::chrono::steady_clock::now() - started < std::chrono::seconds(30));
  }
}

TEST_CASE("a hostile query cannot make a long value, by whatever function") {
  const Echo echo;
  for (const char* sql : {
           "SELECT zeroblob(1000000000)",
           "SELECT hex(zeroblob(60000))",
           "SELECT quote(zeroblob(60000))",
           "SELECT group_concat(printf('%.*c', 60000, 'x')) FROM events",
           "SELECT json_group_array(printf('%.*c', 60000, 'x')) FROM events",
           "SELECT printf('%.*c', 60000, 'x') || printf('%.*c', 60000, 'x')",
           "WITH RECURSIVE c(x) AS (SELECT 'x' UNION ALL SELECT x || x FROM c) SELECT x FROM c",
       }) {
    CAPTURE(sql);
    CHECK(echo.error_of(sql).find("longer than 65536 bytes") != std::string::npos);
  }
  // SQLite itself returns NULL for these.
  CHECK(echo.database.answer("SELECT ifnull(length(printf('%.*c', 1000000000, 'x')), 0)") == "0");
  CHECK(echo.database.answer("SELECT ifnull(length(format('%1000000000d', 1)), 0)") == "0");
  // Functions that take quadratic time in the length of their arguments in one call are disabled.
  for (const char* sql :
       {"SELECT instr('a', 'a')", "SELECT replace('a', 'a', 'b')", "SELECT trim('a', 'b')"}) {
    CAPTURE(sql);
    CHECK(echo.error_of(sql).find("not authorized") != std::string::npos);
  }
}

TEST_CASE("a hostile query gets a bounded answer, in rows, columns and bytes") {
  const Echo echo;
  CHECK(echo.error_of(endless + "SELECT x FROM c").find("more than 100000 rows") !=
        std::string::npos);
  CHECK(echo.error_of(endless + "SELECT printf('%.*c', 60000, 'x') FROM c").find("64 MiB") !=
        std::string::npos);
  std::string wide = "SELECT 1";
  for (int i = 0; i < 300; ++i) wide += ",1";
  CHECK_FALSE(echo.error_of(wide).empty());
  std::string deep = "SELECT ";
  for (int i = 0; i < 2000; ++i) deep += "(1+";
  CHECK_FALSE(echo.error_of(deep + "1" + std::string(2000, ')')).empty());
}
