#include "traces/query/query_virtual_table.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <new>
#include <optional>
#include <utility>
#include <vector>

#include <sqlite3.h>

#include "traces/query/query.hpp"

namespace proactor_lab {
namespace {

/// A table with the indices that queries caused it to build.
class IndexedTable {
 public:
  explicit IndexedTable(std::unique_ptr<QueryTable> table)
      : table_(std::move(table)),
        indices_(static_cast<std::size_t>(table_->columns())),
        groups_(indices_.size()) {}

  const QueryTable& table() const { return *table_; }

  /// The rows whose number in `column` is `wanted`, ascending.
  std::pair<const std::uint32_t*, const std::uint32_t*> rows_with(int column, std::int64_t wanted) {
    const std::vector<std::uint32_t>& index = index_of(column);
    const auto number = [&](std::uint32_t row) { return table_->value(row, column).number; };
    const auto* begin = std::lower_bound(
        index.data(), index.data() + index.size(), wanted,
        [&](std::uint32_t row, std::int64_t value) { return number(row) < value; });
    const auto* end = std::upper_bound(
        begin, index.data() + index.size(), wanted,
        [&](std::int64_t value, std::uint32_t row) { return value < number(row); });
    return {begin, end};
  }

  /// All rows, ordered by a text column; rows without a text come first. A trace has few distinct
  /// texts, so grouping rows by text sorts them.
  const std::vector<std::uint32_t>& rows_by_text(int column) {
    std::optional<std::vector<std::uint32_t>>& ordered = groups_[static_cast<std::size_t>(column)];
    if (ordered) return *ordered;
    std::map<std::string_view, std::vector<std::uint32_t>> rows_with_text;
    std::vector<std::uint32_t> rows;  // rows without a text come first
    for (std::size_t row = 0; row < table_->rows(); ++row) {
      const SqlValue value = table_->value(row, column);
      const auto number = static_cast<std::uint32_t>(row);
      value.kind == SqlValue::Kind::text ? rows_with_text[value.text].push_back(number)
                                         : rows.push_back(number);
    }
    rows.reserve(table_->rows());
    for (const auto& [text, with] : rows_with_text) {
      rows.insert(rows.end(), with.begin(), with.end());
    }
    return ordered.emplace(std::move(rows));
  }

 private:
  /// Rows ordered by their number in `column`; rows without a number are omitted.
  const std::vector<std::uint32_t>& index_of(int column) {
    std::optional<std::vector<std::uint32_t>>& index = indices_[static_cast<std::size_t>(column)];
    if (index) return *index;
    std::vector<std::pair<std::int64_t, std::uint32_t>> numbers;
    for (std::size_t row = 0; row < table_->rows(); ++row) {
      const SqlValue value = table_->value(row, column);
      if (value.kind == SqlValue::Kind::number) {
        numbers.emplace_back(value.number, static_cast<std::uint32_t>(row));
      }
    }
    std::sort(numbers.begin(), numbers.end());
    std::vector<std::uint32_t> rows;
    rows.reserve(numbers.size());
    for (const auto& [number, row] : numbers) rows.push_back(row);
    return index.emplace(std::move(rows));
  }

  std::unique_ptr<QueryTable> table_;
  std::vector<std::optional<std::vector<std::uint32_t>>> indices_;  // by column of numbers
  std::vector<std::optional<std::vector<std::uint32_t>>> groups_;   // by column of texts
};

// Structs that SQLite handles through a pointer to their first member.
struct Connection {
  sqlite3_vtab base{};
  IndexedTable* table = nullptr;
};

struct Cursor {
  sqlite3_vtab_cursor base{};
  const std::uint32_t* found = nullptr;  // rows by an index; null: rows [at, end) in table order
  std::size_t at = 0;
  std::size_t end = 0;
  bool backwards = false;

  std::size_t row() const {
    const std::size_t place = backwards ? end - 1 : at;
    return found == nullptr ? place : found[place];
  }
};

IndexedTable& table_of(sqlite3_vtab* connection) {
  return *reinterpret_cast<Connection*>(connection)->table;
}

// Bits of a query plan (idxNum): the constraints used, the direction, and the column searched.
constexpr int with_equal = 1;
constexpr int with_lower = 2;
constexpr int with_upper = 4;
constexpr int going_backwards = 8;
constexpr int by_text = 16;
constexpr int column_shift = 5;

/// Keeps C++ exceptions from passing through SQLite, which is C code.
template <class Work>
int guarded(Work work) {
  try {
    return work();
  } catch (const std::bad_alloc&) {
    return SQLITE_NOMEM;
  } catch (...) {
    return SQLITE_ERROR;
  }
}

int open_table(sqlite3* database, void* context, int, const char* const*, sqlite3_vtab** opened,
               char**) {
  return guarded([&] {
    auto* table = static_cast<IndexedTable*>(context);
    std::string declaration = "CREATE TABLE t(";
    for (int i = 0; i < table->table().columns(); ++i) {
      const SqlColumn column = table->table().column(i);
      declaration += (i == 0 ? "" : ",") + std::string(column.name);
      declaration += column.is_number ? " INTEGER" : " TEXT";
    }
    declaration += ")";
    const int code = sqlite3_declare_vtab(database, declaration.c_str());
    if (code != SQLITE_OK) return code;
    sqlite3_vtab_config(database, SQLITE_VTAB_INNOCUOUS);
    auto* connection = new Connection;
    connection->table = table;
    *opened = &connection->base;
    return SQLITE_OK;
  });
}

// If xCreate and xConnect were the same function, SQLite would add a table with the module's name.
int create_table(sqlite3* database, void* context, int count, const char* const* words,
                 sqlite3_vtab** opened, char** error) {
  return open_table(database, context, count, words, opened, error);
}

int close_table(sqlite3_vtab* connection) {
  delete reinterpret_cast<Connection*>(connection);
  return SQLITE_OK;
}

/// The most useful constraints of the query.
struct Plan {
  int equal = -1;  // indices of constraints, or -1
  int lower = -1;
  int upper = -1;
};

Plan plan_for(const QueryTable& table, const sqlite3_index_info& query) {
  Plan plan;
  for (int i = 0; i < query.nConstraint; ++i) {
    const auto& constraint = query.aConstraint[i];
    if (constraint.usable == 0 || constraint.iColumn < 0 ||
        !table.column(constraint.iColumn).is_number) {
      continue;
    }
    const bool first = constraint.iColumn == 0 && table.is_numbered();
    if (constraint.op == SQLITE_INDEX_CONSTRAINT_EQ) {
      // The first column finds one row; other columns find several.
      if (plan.equal == -1 || constraint.iColumn == 0) plan.equal = i;
    } else if (first && (constraint.op == SQLITE_INDEX_CONSTRAINT_GT ||
                         constraint.op == SQLITE_INDEX_CONSTRAINT_GE)) {
      plan.lower = i;
    } else if (first && (constraint.op == SQLITE_INDEX_CONSTRAINT_LT ||
                         constraint.op == SQLITE_INDEX_CONSTRAINT_LE)) {
      plan.upper = i;
    }
  }
  return plan;
}

int choose_plan(sqlite3_vtab* connection, sqlite3_index_info* query) {
  return guarded([&] {
    const QueryTable& table = table_of(connection).table();
    const auto rows = static_cast<double>(table.rows());
    const Plan plan = plan_for(table, *query);
    double found = rows;
    int column = 0;
    int how = 0;
    int arguments = 0;
    const auto use = [&](int constraint, int flag) {
      if (constraint == -1) return;
      query->aConstraintUsage[constraint].argvIndex = ++arguments;
      column = query->aConstraint[constraint].iColumn;
      how |= flag;
    };
    if (plan.equal != -1) {
      use(plan.equal, with_equal);
      found = column == 0 ? 1 : std::min(rows, 10.0);
      if (column == 0) query->idxFlags = SQLITE_INDEX_SCAN_UNIQUE;
    } else {
      use(plan.lower, with_lower);
      use(plan.upper, with_upper);
      for (int i = 0; i < arguments; ++i) found /= 4;
    }
    const bool in_order = query->nOrderBy == 1 && query->aOrderBy[0].iColumn == 0 &&
                          table.is_numbered() && (how & with_equal) == 0;
    if (in_order) {
      query->orderByConsumed = 1;
      if (query->aOrderBy[0].desc != 0) how |= going_backwards;
    }
    const bool by_one_text = query->nOrderBy == 1 && how == 0 && query->aOrderBy[0].iColumn >= 0 &&
                             !table.column(query->aOrderBy[0].iColumn).is_number;
    if (by_one_text) {
      query->orderByConsumed = 1;
      column = query->aOrderBy[0].iColumn;
      how |= by_text | (query->aOrderBy[0].desc != 0 ? going_backwards : 0);
    }
    query->idxNum = how | column << column_shift;
    query->estimatedRows = static_cast<sqlite3_int64>(found) + 1;
    query->estimatedCost = found + std::log2(rows + 2);
    return SQLITE_OK;
  });
}

int open_cursor(sqlite3_vtab*, sqlite3_vtab_cursor** opened) {
  return guarded([&] {
    *opened = &(new Cursor)->base;
    return SQLITE_OK;
  });
}

int close_cursor(sqlite3_vtab_cursor* cursor) {
  delete reinterpret_cast<Cursor*>(cursor);
  return SQLITE_OK;
}

/// A value to search for in a column of numbers.
struct Sought {
  std::int64_t number = 0;
  bool is_null = false;
  bool is_whole = false;  // otherwise `number` is invalid, and SQLite compares each row itself
};

Sought sought(sqlite3_value* value) {
  switch (sqlite3_value_numeric_type(value)) {
    case SQLITE_INTEGER:
      return {.number = sqlite3_value_int64(value), .is_whole = true};
    case SQLITE_NULL:
      return {.is_null = true};
    case SQLITE_FLOAT: {
      const double number = sqlite3_value_double(value);
      if (number != std::floor(number) || std::abs(number) > 9e15) return {};
      return {.number = static_cast<std::int64_t>(number), .is_whole = true};
    }
    default:
      return {};
  }
}

int start(sqlite3_vtab_cursor* base, int plan, const char*, int, sqlite3_value** values) {
  return guarded([&] {
    auto& cursor = *reinterpret_cast<Cursor*>(base);
    IndexedTable& indexed = table_of(base->pVtab);
    const auto rows = static_cast<std::int64_t>(indexed.table().rows());
    cursor.found = nullptr;
    cursor.at = 0;
    cursor.end = static_cast<std::size_t>(rows);
    cursor.backwards = (plan & going_backwards) != 0;
    const auto keep = [&](std::int64_t from, std::int64_t to) {  // row numbers, 1 to `rows`
      from = std::max(from, static_cast<std::int64_t>(cursor.at) + 1);
      to = std::min(to, static_cast<std::int64_t>(cursor.end));
      cursor.at = static_cast<std::size_t>(std::min(from - 1, rows));
      cursor.end = std::max(cursor.at, static_cast<std::size_t>(std::max<std::int64_t>(to, 0)));
    };
    if ((plan & by_text) != 0) cursor.found = indexed.rows_by_text(plan >> column_shift).data();
    int argument = 0;
    for (const int flag : {with_equal, with_lower, with_upper}) {
      if ((plan & flag) == 0) continue;
      const Sought value = sought(values[argument++]);
      if (value.is_null) {
        cursor.end = cursor.at;  // no comparison with NULL is true
        return SQLITE_OK;
      }
      if (!value.is_whole) continue;
      const int column = plan >> column_shift;
      if (column == 0 && indexed.table().is_numbered()) {
        keep(flag == with_upper ? 1 : value.number, flag == with_lower ? rows : value.number);
      } else {
        const auto [begin, end] = indexed.rows_with(column, value.number);
        cursor.found = begin;
        cursor.end = static_cast<std::size_t>(end - begin);
        if (begin == nullptr) cursor.end = 0;
      }
    }
    return SQLITE_OK;
  });
}

int step(sqlite3_vtab_cursor* base) {
  auto& cursor = *reinterpret_cast<Cursor*>(base);
  cursor.backwards ? --cursor.end : ++cursor.at;
  return SQLITE_OK;
}

int is_at_end(sqlite3_vtab_cursor* base) {
  const auto& cursor = *reinterpret_cast<Cursor*>(base);
  return cursor.at >= cursor.end ? 1 : 0;
}

int read_cell(sqlite3_vtab_cursor* base, sqlite3_context* context, int column) {
  return guarded([&] {
    const auto& cursor = *reinterpret_cast<Cursor*>(base);
    const SqlValue value = table_of(base->pVtab).table().value(cursor.row(), column);
    if (value.kind == SqlValue::Kind::number) {
      sqlite3_result_int64(context, value.number);
    } else if (value.kind == SqlValue::Kind::text) {
      sqlite3_result_text64(context, value.text.data(), value.text.size(), SQLITE_STATIC,
                            SQLITE_UTF8);
    }
    return SQLITE_OK;
  });
}

int read_rowid(sqlite3_vtab_cursor* base, sqlite3_int64* rowid) {
  *rowid = static_cast<sqlite3_int64>(reinterpret_cast<Cursor*>(base)->row()) + 1;
  return SQLITE_OK;
}

const sqlite3_module module = [] {
  sqlite3_module functions{};  // no xUpdate: the table is read-only
  functions.xCreate = create_table;
  functions.xConnect = open_table;
  functions.xBestIndex = choose_plan;
  functions.xDisconnect = close_table;
  functions.xDestroy = close_table;
  functions.xOpen = open_cursor;
  functions.xClose = close_cursor;
  functions.xFilter = start;
  functions.xNext = step;
  functions.xEof = is_at_end;
  functions.xColumn = read_cell;
  functions.xRowid = read_rowid;
  return functions;
}();

}  // namespace

void add_virtual_table(sqlite3* database, const std::string& schema,
                       std::unique_ptr<QueryTable> table) {
  const std::string name(table->name());
  const std::string module_name = "proactor_lab_" + schema + "_" + name;
  auto indexed = std::make_unique<IndexedTable>(std::move(table));
  // SQLite now owns the table, even if the call fails.
  if (sqlite3_create_module_v2(database, module_name.c_str(), &module, indexed.release(),
                               [](void* owned) { delete static_cast<IndexedTable*>(owned); }) !=
      SQLITE_OK) {
    throw QueryError(sqlite3_errmsg(database));
  }
  const std::string sql =
      "CREATE VIRTUAL TABLE \"" + schema + "\".\"" + name + "\" USING \"" + module_name + "\"";
  if (sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
    throw QueryError(sqlite3_errmsg(database));
  }
}

}  // namespace proactor_lab
