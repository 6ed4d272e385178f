// The tables behind `TraceDatabase`: their columns, and where a model has what they say. TABLES.md
// describes them for the people who write queries.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "traces/model/model.hpp"

struct sqlite3;

namespace proactor_lab {

/// Makes every table of one run visible in the database `schema` ("main", or an attached one). The
/// model must outlive the database. Nothing that happened after event `horizon` leaves a mark.
/// Throws QueryError where SQLite fails.
void add_tables(sqlite3* database, const std::string& schema, const Model& model,
                std::uint32_t horizon);

/// Whether one of the tables is called `name`.
bool is_table_name(std::string_view name);

/// "events, operations, handlers, ...", for messages.
std::string table_names();

}  // namespace proactor_lab
