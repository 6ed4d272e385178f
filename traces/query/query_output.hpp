// The answer to a query, written down: for a person, for a spreadsheet, for a program.
#pragma once

#include <string>

#include "traces/query/query.hpp"

namespace proactor_lab {

/// Aligned columns, two blanks apart, numbers to the right. Control characters, which could move a
/// terminal's cursor, and line breaks are written as escapes. NULL is a blank.
std::string to_text(const QueryResult& result);

/// By RFC 4180, the first line being the columns' names. NULL is nothing at all, the empty text "".
std::string to_csv(const QueryResult& result);

/// An array of objects, one a line. NULL is null, a number a number with all its digits. A second
/// column of one name gets a number, "seq:2"; bytes that are not UTF-8 become U+FFFD.
std::string to_json(const QueryResult& result);

}  // namespace proactor_lab
