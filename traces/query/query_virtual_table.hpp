// Tables that SQLite reads in place: a cell is worked out when a query asks for it. Nothing is
// copied, so a database over a million events is there at once, and a query pays only for the
// columns that it reads. SQLite has no way to write to such a table.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct sqlite3;

namespace proactor_lab {

/// What a cell holds. A text must stay where it is for as long as the database is there.
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

/// Rows that neither change nor move. The first column is the rows' own number.
class QueryTable {
 public:
  virtual ~QueryTable() = default;
  virtual std::string_view name() const = 0;
  virtual int columns() const = 0;
  virtual SqlColumn column(int column) const = 0;
  /// May count them at the first call only.
  virtual std::size_t rows() const = 0;
  virtual SqlValue value(std::size_t row, int column) const = 0;
  /// Whether the first column counts 1, 2, 3...
  virtual bool is_numbered() const = 0;
};

/// Makes the table visible in the database `schema` ("main", or an attached one) until the database
/// is closed. A column of numbers gets an index when a query first looks for one of its values.
/// Throws QueryError where SQLite fails.
void add_virtual_table(sqlite3* database, const std::string& schema,
                       std::unique_ptr<QueryTable> table);

}  // namespace proactor_lab
