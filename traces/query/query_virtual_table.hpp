// Virtual tables that SQLite reads in place: a cell is computed when a query reads it. Nothing is
// copied, so a database over a million events opens at once, and a query pays only for the columns
// that it reads. SQLite cannot write to these tables (https://sqlite.org/vtab.html).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct sqlite3;

namespace proactor_lab {

/// The content of a cell. A text must remain valid for the life of the database.
struct SqlValue {
  enum class Kind : std::uint8_t { null, number, text };

  std::string_view text;
  std::int64_t number = 0;
  Kind kind = Kind::null;
};

struct SqlColumn {
  std::string_view name;
  bool is_number = false;
};

/// A table whose rows never change. The first column identifies the row.
class QueryTable {
 public:
  virtual ~QueryTable() = default;
  virtual std::string_view name() const = 0;
  virtual int columns() const = 0;
  virtual SqlColumn column(int column) const = 0;
  /// May be computed at the first call.
  virtual std::size_t rows() const = 0;
  virtual SqlValue value(std::size_t row, int column) const = 0;
  /// True if the first column counts 1, 2, 3, ...
  virtual bool is_numbered() const = 0;
};

/// Adds the table to the database `schema` ("main" or an attached one) until the database is
/// closed. A column of numbers gets an index when a query first searches for one of its values.
/// Throws QueryError if SQLite fails.
void add_virtual_table(sqlite3* database, const std::string& schema,
                       std::unique_ptr<QueryTable> table);

}  // namespace proactor_lab
