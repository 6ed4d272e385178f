// The tables behind `TraceDatabase`, and how a model fills them. TABLES.md describes them for the
// people who write queries.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "traces/model.hpp"

struct sqlite3;

namespace proactor_lab {

/// Creates and fills every table of one run in the database `schema` ("main", or an attached one).
/// Nothing that happened after event `horizon` leaves a mark. Throws QueryError where SQLite fails.
void load_tables(sqlite3* database, const std::string& schema, const Model& model,
                 std::uint32_t horizon);

/// Whether one of the tables is called `name`.
bool is_table_name(std::string_view name);

}  // namespace proactor_lab
