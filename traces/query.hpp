// Questions to a trace in SQL: lessons' answers, rubrics, `plab query`. The tables are described in
// TABLES.md. Queries come from files that somebody else wrote: the database is in memory, an
// authoriser admits reading only, and time and result size are bounded.
#pragma once

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "traces/model.hpp"

namespace proactor_lab {

struct QueryResult {
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;  ///< NULL is the empty string
};

struct QueryLimits {
  std::int64_t milliseconds = 2000;
  std::size_t rows = 100'000;
  std::size_t value_bytes = 1 << 20;
};

/// Thrown for a query that is wrong, forbidden or too slow; `what()` is SQLite's or our sentence.
class QueryError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class TraceDatabase {
 public:
  /// Loads the model's events up to `horizon`: nothing later can be asked for. The model may go.
  explicit TraceDatabase(const Model& model, std::uint32_t horizon = UINT32_MAX);
  ~TraceDatabase();
  TraceDatabase(TraceDatabase&&) noexcept;
  TraceDatabase& operator=(TraceDatabase&&) noexcept;

  /// Adds another run, whose tables bear `name` as a prefix: `threads.events`. At most
  /// `attached_runs_max`; `name` must satisfy `is_run_name`.
  void attach(const std::string& name, const Model& model, std::uint32_t horizon = UINT32_MAX);
  static constexpr std::size_t attached_runs_max = 8;
  /// A lower-case word (letters, digits, underscores) that is neither a table nor SQLite's own.
  static bool is_run_name(std::string_view name);

  /// One SELECT (or WITH ... SELECT).
  QueryResult query(std::string_view sql, const QueryLimits& limits = {}) const;
  /// First column of the first row; empty where there is no row. No value on the way may be longer
  /// than 64 KiB: what answers a question is short.
  std::string answer(std::string_view sql) const;

 private:
  struct Database;
  std::unique_ptr<Database> database_;
};

}  // namespace proactor_lab
