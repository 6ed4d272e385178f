// User-defined rules, written in SQL over a trace's tables (TABLES.md). RULES.md describes the
// file. The file is untrusted: the same bounds apply as to any query.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "traces/rules/rules.hpp"

namespace proactor_lab {

class Model;

struct SqlRule {
  std::string name;
  Severity severity = Severity::warning;
  std::string demand;
  std::string sql;
  int line = 0;  ///< line of its name
};

/// `file` is the name used in error messages. Throws InputError.
std::vector<SqlRule> parse_sql_rules(std::string_view text, const std::string& file);
std::vector<SqlRule> read_sql_rules(const std::string& path);

/// Each row that a rule selects is a violation, at the event in its column `event`, with the text
/// of its column `message` or else the rule's demand. Returns at most `most` violations per rule,
/// in the order of their events. Throws InputError if a rule is not a valid query.
std::vector<Violation> check_sql_rules(const std::vector<SqlRule>& rules, const std::string& file,
                                       const Model& model, std::size_t most = 1000);

}  // namespace proactor_lab
