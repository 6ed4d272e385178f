#include "traces/query.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <utility>

#include <sqlite3.h>

#include "traces/query_tables.hpp"

namespace proactor_lab {
namespace {

constexpr std::size_t sql_bytes_max = 64 * 1024;
constexpr std::size_t result_bytes_max = 64u << 20;
/// What a query may hold in memory (sorting, grouping, recursion) beyond the tables.
constexpr std::int64_t working_bytes_max = std::int64_t{256} << 20;
/// Virtual-machine instructions between two looks at the clock. Each may make a value of the
/// greatest length, hence few.
constexpr int steps_between_checks = 200;

using SteadyClock = std::chrono::steady_clock;

/// Functions that would make an answer depend on something besides the trace, or reach outside.
bool is_forbidden_function(std::string_view name) {
  constexpr std::array forbidden{
      std::string_view{"random"},         std::string_view{"randomblob"},
      std::string_view{"date"},           std::string_view{"time"},
      std::string_view{"datetime"},       std::string_view{"julianday"},
      std::string_view{"strftime"},       std::string_view{"unixepoch"},
      std::string_view{"current_date"},   std::string_view{"current_time"},
      std::string_view{"changes"},        std::string_view{"current_timestamp"},
      std::string_view{"readfile"},       std::string_view{"writefile"},
      std::string_view{"edit"},           std::string_view{"load_extension"},
      std::string_view{"fts3_tokenizer"}, std::string_view{"last_insert_rowid"},
      std::string_view{"total_changes"}};
  return std::find(forbidden.begin(), forbidden.end(), name) != forbidden.end() ||
         name.starts_with("sqlite_");
}

int authorise(void*, int action, const char*, const char* detail, const char*, const char*) {
  switch (action) {
    case SQLITE_SELECT:
    case SQLITE_READ:
    case SQLITE_RECURSIVE:
      return SQLITE_OK;
    case SQLITE_FUNCTION:
      return detail != nullptr && !is_forbidden_function(detail) ? SQLITE_OK : SQLITE_DENY;
    default:
      return SQLITE_DENY;
  }
}

/// Why the progress handler stopped a query.
struct Watch {
  SteadyClock::time_point deadline;
  std::int64_t memory_max = 0;
  bool too_slow = false;
  bool too_large = false;
};

int keep_watch(void* context) {
  auto& watch = *static_cast<Watch*>(context);
  watch.too_slow = SteadyClock::now() >= watch.deadline;
  watch.too_large = sqlite3_memory_used() > watch.memory_max;
  return watch.too_slow || watch.too_large ? 1 : 0;
}

/// duration(ns): "105 ms", as the figures write it.
void sql_duration(sqlite3_context* context, int, sqlite3_value** values) {
  if (sqlite3_value_type(values[0]) == SQLITE_NULL) return sqlite3_result_null(context);
  const std::string text = format_duration(sqlite3_value_int64(values[0]));
  sqlite3_result_text64(context, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
}

/// ms(ns): milliseconds, a whole number where they are whole.
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

/// Takes the progress handler away again, however the query ends.
class WatchGuard {
 public:
  WatchGuard(sqlite3* handle, Watch& watch) : handle_(handle) {
    sqlite3_progress_handler(handle_, steps_between_checks, keep_watch, &watch);
  }
  ~WatchGuard() { sqlite3_progress_handler(handle_, 0, nullptr, nullptr); }
  WatchGuard(const WatchGuard&) = delete;
  WatchGuard& operator=(const WatchGuard&) = delete;

 private:
  sqlite3* handle_;
};

}  // namespace

struct TraceDatabase::Database {
  sqlite3* handle = nullptr;

  Database() {
    if (sqlite3_open_v2(":memory:", &handle,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MEMORY,
                        nullptr) != SQLITE_OK) {
      fail();
    }
    constexpr int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
    sqlite3_create_function_v2(handle, "duration", 1, flags, nullptr, sql_duration, nullptr,
                               nullptr, nullptr);
    sqlite3_create_function_v2(handle, "ms", 1, flags, nullptr, sql_ms, nullptr, nullptr, nullptr);
    // Sorting must not spill into files. The pragma goes before the authoriser that forbids them.
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
    sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, 1 << 30);
    try {
      if (schema != "main") execute("ATTACH ':memory:' AS \"" + schema + "\"");
      load_tables(handle, schema, model, horizon);
    } catch (...) {
      sqlite3_set_authorizer(handle, authorise, nullptr);
      throw;
    }
    sqlite3_set_authorizer(handle, authorise, nullptr);
  }

  Statement prepare(std::string_view sql) const {
    if (sql.size() > sql_bytes_max) throw QueryError("the query is longer than 64 KiB");
    if (sql.find('\0') != std::string_view::npos) throw QueryError("the query has a NUL in it");
    Statement statement = compile(sql);
    if (statement == nullptr) throw QueryError("the query is empty");
    // What follows the first statement may only be comment and white space.
    if (!sql.empty() && compile(sql) != nullptr) {
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

  /// Compiles the first statement and cuts it off `sql`; null where there is none.
  Statement compile(std::string_view& sql) const {
    sqlite3_stmt* raw = nullptr;
    const char* tail = nullptr;
    const int code =
        sqlite3_prepare_v2(handle, sql.data(), static_cast<int>(sql.size()), &raw, &tail);
    Statement statement(raw);
    if (code == SQLITE_AUTH) {
      throw QueryError(std::string("only reading the trace is allowed: ") + sqlite3_errmsg(handle));
    }
    if (code != SQLITE_OK) fail();
    sql.remove_prefix(static_cast<std::size_t>(tail - sql.data()));
    return statement;
  }

  /// Calls `begin` with the compiled query, then `take` for each row; `take` returns false to stop.
  template <class Begin, class Take>
  void run(std::string_view sql, const QueryLimits& limits, Begin begin, Take take) const {
    sqlite3_limit(handle, SQLITE_LIMIT_LENGTH,
                  static_cast<int>(std::clamp<std::size_t>(limits.value_bytes, 1024, 1u << 30)));
    const auto started = SteadyClock::now();
    Watch watch{started + std::chrono::milliseconds(limits.milliseconds),
                sqlite3_memory_used() + working_bytes_max};
    const WatchGuard guard(handle, watch);
    const Statement statement = prepare(sql);
    begin(statement.get());
    for (;;) {
      const int code = sqlite3_step(statement.get());
      if (code == SQLITE_DONE) return;
      if (code == SQLITE_ROW) {
        if (!take(statement.get())) return;
        continue;
      }
      if (watch.too_slow) {
        throw QueryError("the query ran longer than " + std::to_string(limits.milliseconds) +
                         " ms");
      }
      if (watch.too_large) throw QueryError("the query needs more than 256 MiB of memory");
      if (code == SQLITE_TOOBIG) {
        throw QueryError("a value is longer than " + std::to_string(limits.value_bytes) + " bytes");
      }
      fail();
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
    for (int i = 0; i < columns; ++i) bytes += row.emplace_back(column_text(statement, i)).size();
    if (bytes > result_bytes_max) throw QueryError("the query gives more than 64 MiB of text");
    return true;
  });
  return result;
}

std::string TraceDatabase::answer(std::string_view sql) const {
  QueryLimits limits;
  limits.value_bytes = 64 * 1024;
  std::string value;
  database_->run(
      sql, limits, [](sqlite3_stmt*) {},
      [&](sqlite3_stmt* statement) {
        value = column_text(statement, 0);
        return false;
      });
  return value;
}

}  // namespace proactor_lab
