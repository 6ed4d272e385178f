// Rules of a user's own, in SQL over a trace's tables (TABLES.md). RULES.md describes the file. It
// comes from anybody: the same bounds hold as for any query.
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
  int line = 0;  ///< of its name
};

/// `file` is what messages call it. Throws InputError.
std::vector<SqlRule> parse_sql_rules(std::string_view text, const std::string& file);
std::vector<SqlRule> read_sql_rules(const std::string& path);

/// Each row that a rule selects is a violation: at its column `event`, in the words of its column
/// `message` or else the rule's demand. At most `most` a rule, in the order of their events. Throws
/// InputError where a rule is no good query.
std::vector<Violation> check_sql_rules(const std::vector<SqlRule>& rules, const std::string& file,
                                       const Model& model, std::size_t most = 1000);

}  // namespace proactor_lab
