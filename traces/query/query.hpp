// SQL queries over a trace, used by lessons' answers, rubrics and `plab query`. TABLES.md describes
// the tables. Queries come from untrusted files: the tables cannot be written, an authorizer allows
// only reading them, and time, memory and result size are bounded.
#pragma once

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "traces/model/model.hpp"

namespace proactor_lab {

/// The content of a cell in SQLite's notation: a number, a text, or nothing. A blob becomes the
/// text x'0aff'; a number that is not finite becomes the text Inf.
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
  std::size_t value_bytes = 64 * 1024;  ///< limit of every value, also intermediate ones
};

/// Thrown if a query is wrong, forbidden or too slow. `what()` is SQLite's message or our own.
class QueryError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class TraceDatabase {
 public:
  /// Reads the model's events up to `horizon` in place; queries cannot see later events. The model
  /// must outlive the database.
  explicit TraceDatabase(const Model& model, std::uint32_t horizon = UINT32_MAX);
  ~TraceDatabase();
  TraceDatabase(TraceDatabase&&) noexcept;
  TraceDatabase& operator=(TraceDatabase&&) noexcept;

  /// Adds another run, whose tables have `name` as a prefix: `threads.events`. At most
  /// `attached_runs_max` runs. REQUIRES: `name` satisfies `is_run_name`. The model must outlive the
  /// database.
  void attach(const std::string& name, const Model& model, std::uint32_t horizon = UINT32_MAX);
  static constexpr std::size_t attached_runs_max = 8;
  /// True for a lower-case word (letters, digits, underscores) that is neither a table nor reserved
  /// by SQLite.
  static bool is_run_name(std::string_view name);

  /// Runs one SELECT (or WITH ... SELECT). Throws QueryError.
  QueryResult query(std::string_view sql, const QueryLimits& limits = {}) const;
  /// First column of the first row; empty if there is no row. Throws QueryError.
  std::string answer(std::string_view sql) const;

 private:
  struct Database;
  std::unique_ptr<Database> database_;
};

}  // namespace proactor_lab
