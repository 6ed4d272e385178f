// How tables compute their cells: a column is a name and a function of a row. For query_tables.cpp.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "traces/model/model.hpp"
#include "traces/query/query_virtual_table.hpp"

namespace proactor_lab {

inline SqlValue sql_null() { return {}; }
inline SqlValue sql_number(std::int64_t value) { return {{}, value, SqlValue::Kind::number}; }
inline SqlValue sql_number_if(bool present, std::int64_t value) {
  return present ? sql_number(value) : sql_null();
}
/// For ids and sequence numbers: 0 becomes NULL.
inline SqlValue sql_id(std::int64_t value) { return sql_number_if(value != 0, value); }
/// Empty text becomes NULL.
inline SqlValue sql_text(std::string_view value) {
  if (value.empty()) return sql_null();
  return {value, 0, SqlValue::Kind::text};
}

/// A model up to event `last`. Later events are hidden.
struct Seen {
  const Model& model;
  std::uint32_t last = 0;

  bool known(std::uint32_t seq) const { return seq != 0 && seq <= last; }
  SqlValue text(StringId id) const { return sql_text(model.trace().text(id)); }
  SqlValue seq(std::uint32_t moment) const { return sql_id(known(moment) ? moment : 0); }
  SqlValue time(std::uint32_t moment) const {
    return known(moment) ? sql_number(model.event(moment).time_ns) : sql_null();
  }
  SqlValue between(std::uint32_t from, std::uint32_t to) const {
    if (!known(from) || !known(to)) return sql_null();
    return sql_number(model.event(to).time_ns - model.event(from).time_ns);
  }
};

template <class Row>
struct Column {
  std::string_view name;
  bool is_number;
  SqlValue (*value)(const Seen&, const Row&);
};

/// Column functions for moments that are members of their rows.
template <auto moment, class Row>
SqlValue seq_of(const Seen& seen, const Row& row) {
  return seen.seq(row.*moment);
}
template <auto moment, class Row>
SqlValue time_of(const Seen& seen, const Row& row) {
  return seen.time(row.*moment);
}
template <auto from, auto to, class Row>
SqlValue between(const Seen& seen, const Row& row) {
  return seen.between(row.*from, row.*to);
}

/// A table: its name, its columns, and the rows that `Source` provides through `rows()`,
/// `row(place)` and `is_numbered`. If it is numbered, its first column is the row's number from 1.
template <class Source>
class ColumnTable final : public QueryTable {
 public:
  using Row = typename Source::Row;

  ColumnTable(std::string_view name, std::span<const Column<Row>> columns, const Seen& seen)
      : name_(name), columns_(columns), seen_(seen), source_(seen_) {}

  std::string_view name() const override { return name_; }
  int columns() const override { return static_cast<int>(columns_.size()); }
  SqlColumn column(int column) const override {
    const Column<Row>& found = columns_[static_cast<std::size_t>(column)];
    return {found.name, found.is_number};
  }
  std::size_t rows() const override { return source_.rows(); }
  SqlValue value(std::size_t row, int column) const override {
    if (Source::is_numbered && column == 0) return sql_number(static_cast<std::int64_t>(row) + 1);
    return columns_[static_cast<std::size_t>(column)].value(seen_, source_.row(row));
  }
  bool is_numbered() const override { return Source::is_numbered; }

 private:
  std::string_view name_;
  std::span<const Column<Row>> columns_;
  Seen seen_;
  Source source_;
};

/// Rows that are computed at the first access and kept.
template <class R, std::vector<R> (*find)(const Model&, std::uint32_t), bool numbered = true>
class FoundRows {
 public:
  using Row = R;
  static constexpr bool is_numbered = numbered;

  explicit FoundRows(const Seen& seen) : seen_(seen) {}
  std::size_t rows() const { return found().size(); }
  const Row& row(std::size_t place) const { return found()[place]; }

 private:
  const std::vector<Row>& found() const {
    if (!rows_) rows_ = find(seen_.model, seen_.last);
    return *rows_;
  }

  const Seen& seen_;
  mutable std::optional<std::vector<Row>> rows_;
};

}  // namespace proactor_lab
