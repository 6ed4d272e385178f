#include "traces/query/query.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstring>
#include <utility>

#include <sqlite3.h>

#include "traces/query/query_tables.hpp"

namespace proactor_lab {
namespace {

constexpr std::size_t sql_bytes_max = 64 * 1024;
constexpr std::size_t result_bytes_max = 64u << 20;
/// Limit of SQLite's memory for sorting, grouping and recursion. Nested WITHs grow exponentially
/// while they are compiled. The tables themselves use no SQLite memory.
constexpr std::int64_t working_bytes_max = std::int64_t{256} << 20;
/// Virtual-machine instructions between two checks of the deadline. Each may build or search a
/// value of the maximum length, so the number is small.
constexpr int steps_between_checks = 50;

using namespace std::string_view_literals;
using SteadyClock = std::chrono::steady_clock;

/// The functions that a query may call. Excluded are functions whose result depends on more than
/// the trace (random, the clock), that access anything outside, or that can take more than linear
/// time on long values (instr, replace, trim), because a single call cannot be interrupted.
bool is_allowed_function(std::string_view name) {
  static constexpr std::array allowed = [] {
    std::array names{
        // SQLite's own, and ours
        "->"sv, "->>"sv, "abs"sv, "avg"sv, "char"sv, "coalesce"sv, "count"sv, "cume_dist"sv,
        "dense_rank"sv, "duration"sv, "first_value"sv, "format"sv, "glob"sv, "group_concat"sv,
        "hex"sv, "ifnull"sv, "iif"sv, "json"sv, "json_array"sv, "json_array_length"sv,
        "json_extract"sv, "json_group_array"sv, "json_group_object"sv, "json_object"sv,
        "json_quote"sv, "json_type"sv, "json_valid"sv, "lag"sv, "last_value"sv, "lead"sv,
        "length"sv, "like"sv, "lower"sv, "max"sv, "min"sv, "ms"sv, "nth_value"sv, "ntile"sv,
        "nullif"sv, "percent_rank"sv, "printf"sv, "quote"sv, "rank"sv, "round"sv, "row_number"sv,
        "sign"sv, "substr"sv, "substring"sv, "sum"sv, "total"sv, "typeof"sv, "unicode"sv, "upper"sv,
        "zeroblob"sv,
        // Mathematics
        "ceil"sv, "ceiling"sv, "exp"sv, "floor"sv, "ln"sv, "log"sv, "log10"sv, "log2"sv, "mod"sv,
        "pow"sv, "power"sv, "sqrt"sv, "trunc"sv};
    std::sort(names.begin(), names.end());
    return names;
  }();
  return std::binary_search(allowed.begin(), allowed.end(), name);
}

bool is_allowed_table(std::string_view name) {
  return is_table_name(name) || name == "json_each" || name == "json_tree" ||
         name == "sqlite_master" || name == "sqlite_schema";
}

/// Stops a query at its deadline.
struct Watch {
  SteadyClock::time_point deadline;
  bool too_slow = false;

  bool is_over() {
    too_slow = too_slow || SteadyClock::now() >= deadline;
    return too_slow;
  }
};

int keep_watch(void* context) { return static_cast<Watch*>(context)->is_over() ? 1 : 0; }

/// Authorizer (sqlite3_set_authorizer): allows reading the trace's tables only. SQLite calls it
/// while it compiles a query, so it checks the deadline too. If no column is read, as by count(*),
/// the name may be that of a WITH.
int authorise(void* context, int action, const char* what, const char* detail, const char*,
              const char*) {
  if (context != nullptr && static_cast<Watch*>(context)->is_over()) return SQLITE_DENY;
  switch (action) {
    case SQLITE_SELECT:
    case SQLITE_RECURSIVE:
      return SQLITE_OK;
    case SQLITE_READ:
      if (what == nullptr || detail == nullptr) return SQLITE_DENY;
      return is_allowed_table(what) || *detail == '\0' ? SQLITE_OK : SQLITE_DENY;
    case SQLITE_FUNCTION:
      return detail != nullptr && is_allowed_function(detail) ? SQLITE_OK : SQLITE_DENY;
    default:
      return SQLITE_DENY;
  }
}

/// duration(ns): "105 ms", formatted as in the figures.
void sql_duration(sqlite3_context* context, int, sqlite3_value** values) {
  if (sqlite3_value_type(values[0]) == SQLITE_NULL) return sqlite3_result_null(context);
  const std::string text = format_duration(sqlite3_value_int64(values[0]));
  sqlite3_result_text64(context, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
}

/// ms(ns): milliseconds, as an integer if possible.
void sql_ms(sqlite3_context* context, int, sqlite3_value** values) {
  if (sqlite3_value_type(values[0]) == SQLITE_NULL) return sqlite3_result_null(context);
  const std::int64_t ns = sqlite3_value_int64(values[0]);
  if (ns % 1'000'000 == 0) return sqlite3_result_int64(context, ns / 1'000'000);
  sqlite3_result_double(context, static_cast<double>(ns) / 1e6);
}

struct StatementDeleter {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Statement = std::unique_ptr<sqlite3_stmt, StatementDeleter>;

std::string column_text(sqlite3_stmt* statement, int column) {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
  if (text == nullptr) return {};
  return std::string(text, static_cast<std::size_t>(sqlite3_column_bytes(statement, column)));
}

QueryValue column_value(sqlite3_stmt* statement, int column) {
  switch (sqlite3_column_type(statement, column)) {
    case SQLITE_NULL:
      return {};
    case SQLITE_INTEGER:
      return {QueryValue::Kind::number, column_text(statement, column)};
    case SQLITE_FLOAT: {
      const bool finite = std::isfinite(sqlite3_column_double(statement, column));
      return {finite ? QueryValue::Kind::number : QueryValue::Kind::text,
              column_text(statement, column)};
    }
    case SQLITE_BLOB: {
      const auto* bytes = static_cast<const unsigned char*>(sqlite3_column_blob(statement, column));
      const int count = sqlite3_column_bytes(statement, column);
      std::string text = "x'";
      for (int i = 0; i < count; ++i) {
        text += "0123456789abcdef"[bytes[i] >> 4];
        text += "0123456789abcdef"[bytes[i] & 15];
      }
      return {QueryValue::Kind::text, text + "'"};
    }
    default:
      return {QueryValue::Kind::text, column_text(statement, column)};
  }
}

/// Installs the deadline check and the authorizer for the duration of a query.
class WatchGuard {
 public:
  WatchGuard(sqlite3* handle, Watch& watch) : handle_(handle) {
    sqlite3_progress_handler(handle_, steps_between_checks, keep_watch, &watch);
    sqlite3_set_authorizer(handle_, authorise, &watch);
  }
  ~WatchGuard() {
    sqlite3_progress_handler(handle_, 0, nullptr, nullptr);
    sqlite3_set_authorizer(handle_, authorise, nullptr);
  }
  WatchGuard(const WatchGuard&) = delete;
  WatchGuard& operator=(const WatchGuard&) = delete;

 private:
  sqlite3* handle_;
};

}  // namespace

struct TraceDatabase::Database {
  sqlite3* handle = nullptr;

  Database() {
    sqlite3_hard_heap_limit64(working_bytes_max);
    if (sqlite3_open_v2(":memory:", &handle,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MEMORY,
                        nullptr) != SQLITE_OK) {
      fail();
    }
    constexpr int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
    sqlite3_create_function_v2(handle, "duration", 1, flags, nullptr, sql_duration, nullptr,
                               nullptr, nullptr);
    sqlite3_create_function_v2(handle, "ms", 1, flags, nullptr, sql_ms, nullptr, nullptr, nullptr);
    // These tables are created at first use, which the authorizer would forbid.
    execute("SELECT 1 FROM json_each('[]'), json_tree('[]')");
    // Sorting must not use temporary files. The authorizer forbids pragmas, so it is installed
    // later.
    execute("PRAGMA temp_store=MEMORY; PRAGMA journal_mode=OFF");
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, nullptr);
    sqlite3_limit(handle, SQLITE_LIMIT_EXPR_DEPTH, 100);
    sqlite3_limit(handle, SQLITE_LIMIT_COMPOUND_SELECT, 50);
    sqlite3_limit(handle, SQLITE_LIMIT_COLUMN, 200);
    sqlite3_limit(handle, SQLITE_LIMIT_VARIABLE_NUMBER, 100);
    sqlite3_limit(handle, SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 100);
    sqlite3_limit(handle, SQLITE_LIMIT_WORKER_THREADS, 0);
  }
  ~Database() { sqlite3_close_v2(handle); }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  [[noreturn]] void fail() const { throw QueryError(sqlite3_errmsg(handle)); }

  void execute(const std::string& sql) {
    if (sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) fail();
  }

  void load(const std::string& schema, const Model& model, std::uint32_t horizon) {
    sqlite3_set_authorizer(handle, nullptr, nullptr);
    try {
      if (schema != "main") execute("ATTACH ':memory:' AS \"" + schema + "\"");
      add_tables(handle, schema, model, horizon);
    } catch (...) {
      sqlite3_set_authorizer(handle, authorise, nullptr);
      throw;
    }
    sqlite3_set_authorizer(handle, authorise, nullptr);
  }

  [[noreturn]] void fail(int code, const Watch& watch, const QueryLimits& limits) const {
    if (watch.too_slow) {
      throw QueryError("the query ran longer than " + std::to_string(limits.milliseconds) + " ms");
    }
    switch (code) {
      case SQLITE_NOMEM:
        throw QueryError("the query needs more than 256 MiB of memory");
      case SQLITE_TOOBIG:
        throw QueryError("a value is longer than " + std::to_string(limits.value_bytes) + " bytes");
      case SQLITE_AUTH:
        throw QueryError(std::string("only reading the trace is allowed: ") +
                         sqlite3_errmsg(handle));
      default:
        fail();
    }
  }

  Statement prepare(std::string_view sql, const Watch& watch, const QueryLimits& limits) const {
    if (sql.size() > sql_bytes_max) throw QueryError("the query is longer than 64 KiB");
    if (sql.find('\0') != std::string_view::npos) throw QueryError("the query has a NUL in it");
    Statement statement = compile(sql, watch, limits);
    if (statement == nullptr) throw QueryError("the query is empty");
    // Only comments and white space may follow the first statement.
    if (!sql.empty() && compile(sql, watch, limits) != nullptr) {
      throw QueryError("one query only; something follows the first ';'");
    }
    if (sqlite3_stmt_readonly(statement.get()) == 0 || sqlite3_column_count(statement.get()) == 0 ||
        sqlite3_stmt_isexplain(statement.get()) != 0) {
      throw QueryError("only SELECT is allowed");
    }
    if (sqlite3_bind_parameter_count(statement.get()) != 0) {
      throw QueryError("the query has a parameter (?, :name); write the value itself");
    }
    return statement;
  }

  /// Compiles the first statement and removes it from `sql`. Returns null if there is none.
  Statement compile(std::string_view& sql, const Watch& watch, const QueryLimits& limits) const {
    sqlite3_stmt* raw = nullptr;
    const char* tail = nullptr;
    const int code =
        sqlite3_prepare_v2(handle, sql.data(), static_cast<int>(sql.size()), &raw, &tail);
    Statement statement(raw);
    if (code != SQLITE_OK) fail(code, watch, limits);
    sql.remove_prefix(static_cast<std::size_t>(tail - sql.data()));
    return statement;
  }

  /// Calls `begin` with the compiled query, then `take` for each row. `take` returns false to stop.
  template <class Begin, class Take>
  void run(std::string_view sql, const QueryLimits& limits, Begin begin, Take take) const {
    sqlite3_limit(handle, SQLITE_LIMIT_LENGTH,
                  static_cast<int>(std::clamp<std::size_t>(limits.value_bytes, 1024, 1u << 30)));
    Watch watch{SteadyClock::now() + std::chrono::milliseconds(limits.milliseconds)};
    const WatchGuard guard(handle, watch);
    const Statement statement = prepare(sql, watch, limits);
    begin(statement.get());
    for (;;) {
      const int code = sqlite3_step(statement.get());
      if (code == SQLITE_DONE) return;
      if (code == SQLITE_ROW) {
        if (!take(statement.get())) return;
        continue;
      }
      fail(code, watch, limits);
    }
  }
};

TraceDatabase::TraceDatabase(const Model& model, std::uint32_t horizon)
    : database_(std::make_unique<Database>()) {
  database_->load("main", model, horizon);
}

TraceDatabase::~TraceDatabase() = default;
TraceDatabase::TraceDatabase(TraceDatabase&&) noexcept = default;
TraceDatabase& TraceDatabase::operator=(TraceDatabase&&) noexcept = default;

bool TraceDatabase::is_run_name(std::string_view name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !name.empty() && name.size() <= 30 && name[0] >= 'a' && name[0] <= 'z' &&
         std::all_of(name.begin(), name.end(), fits) && !name.starts_with("sqlite_") &&
         name != "main" && name != "temp" && !is_table_name(name);
}

void TraceDatabase::attach(const std::string& name, const Model& model, std::uint32_t horizon) {
  if (!is_run_name(name)) throw QueryError("'" + name + "' cannot be a run's name");
  database_->load(name, model, horizon);
}

QueryResult TraceDatabase::query(std::string_view sql, const QueryLimits& limits) const {
  QueryResult result;
  std::size_t bytes = 0;
  const auto name_columns = [&](sqlite3_stmt* statement) {
    for (int i = 0; i < sqlite3_column_count(statement); ++i) {
      result.columns.emplace_back(sqlite3_column_name(statement, i));
    }
  };
  database_->run(sql, limits, name_columns, [&](sqlite3_stmt* statement) {
    const int columns = sqlite3_column_count(statement);
    if (result.rows.size() == limits.rows) {
      throw QueryError("the query gives more than " + std::to_string(limits.rows) + " rows");
    }
    auto& row = result.rows.emplace_back();
    for (int i = 0; i < columns; ++i) {
      bytes += row.emplace_back(column_value(statement, i)).text.size() + sizeof(QueryValue);
    }
    if (bytes > result_bytes_max) throw QueryError("the query's answer is larger than 64 MiB");
    return true;
  });
  return result;
}

std::string TraceDatabase::answer(std::string_view sql) const {
  std::string value;
  database_->run(
      sql, QueryLimits{}, [](sqlite3_stmt*) {},
      [&](sqlite3_stmt* statement) {
        value = column_text(statement, 0);
        return false;
      });
  return value;
}

}  // namespace proactor_lab
