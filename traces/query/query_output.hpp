// Formats the result of a query: for people, for spreadsheets, for programs.
#pragma once

#include <string>

#include "traces/query/query.hpp"

namespace proactor_lab {

/// Aligned columns, separated by two spaces, with numbers right-aligned. Control characters, which
/// could move a terminal's cursor, and line breaks are written as escapes. NULL is written as
/// spaces.
std::string to_text(const QueryResult& result);

/// RFC 4180, with the columns' names as the first line. NULL is an empty field; the empty text is
/// "".
std::string to_csv(const QueryResult& result);

/// An array of objects, one per line. NULL is null; numbers keep all their digits. If a column name
/// repeats, a number is appended: "seq:2". Bytes that are not UTF-8 become U+FFFD.
std::string to_json(const QueryResult& result);

}  // namespace proactor_lab
