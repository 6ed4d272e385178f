// The tables of `TraceDatabase`: their columns, and how each is computed from a model. TABLES.md
// describes them for people who write queries.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "traces/model/model.hpp"

struct sqlite3;

namespace proactor_lab {

/// Adds every table of one run to the database `schema` ("main" or an attached one). The model must
/// outlive the database. Nothing that happened after event `horizon` is visible. Throws QueryError
/// if SQLite fails.
void add_tables(sqlite3* database, const std::string& schema, const Model& model,
                std::uint32_t horizon);

/// True if one of the tables has this name.
bool is_table_name(std::string_view name);

/// "events, operations, handlers, ...", for messages.
std::string table_names();

}  // namespace proactor_lab
