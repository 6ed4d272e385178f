// Questions to a trace in SQL: lessons' answers, rubrics, `plab query`. The tables are described in
// TABLES.md. Queries come from files that somebody else wrote: they see tables that cannot be
// written, an authoriser admits reading those only, and time, memory and result size are bounded.
#pragma once

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "traces/model/model.hpp"

namespace proactor_lab {

/// What a cell holds, in SQLite's own writing: a number, a text, or nothing. A blob is the text
/// x'0aff'; a number that is not finite is the text Inf.
struct QueryValue {
  enum class Kind : std::uint8_t { null, number, text };

  Kind kind = Kind::null;
  std::string text = {};  ///< empty for null
};

struct QueryResult {
  std::vector<std::string> columns;
  std::vector<std::vector<QueryValue>> rows;
};

struct QueryLimits {
  std::int64_t milliseconds = 2000;
  std::size_t rows = 100'000;
  std::size_t value_bytes = 64 * 1024;  ///< of every value on the way
};

/// Thrown for a query that is wrong, forbidden or too slow; `what()` is SQLite's or our sentence.
class QueryError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class TraceDatabase {
 public:
  /// Reads the model's events up to `horizon` in place: nothing later can be asked for. The model
  /// must outlive the database.
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
  /// First column of the first row; empty where there is no row.
  std::string answer(std::string_view sql) const;

 private:
  struct Database;
  std::unique_ptr<Database> database_;
};

}  // namespace proactor_lab
