#include "traces/rules/sql_rules.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

#include "traces/format/input_error.hpp"
#include "traces/query/query.hpp"

namespace proactor_lab {
namespace {

constexpr std::size_t file_bytes_max = 1 << 20;
constexpr std::size_t rules_max = 100;
constexpr std::size_t name_length_max = 60;
constexpr std::size_t demand_length_max = 500;

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

/// The text of a line "-- key: text"; nullopt for any other line.
std::optional<std::string_view> value_of(std::string_view line, std::string_view key) {
  line = trimmed(line);
  if (!line.starts_with("--")) return std::nullopt;
  line = trimmed(line.substr(2));
  if (!line.starts_with(key)) return std::nullopt;
  line.remove_prefix(key.size());
  if (!line.starts_with(":")) return std::nullopt;
  return trimmed(line.substr(1));
}

bool is_name(std::string_view text) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !text.empty() && text.size() <= name_length_max &&
         std::all_of(text.begin(), text.end(), fits);
}

bool is_built_in(std::string_view name) {
  const StringPool none;
  const auto monitors = make_monitors(none);
  return std::any_of(monitors.begin(), monitors.end(),
                     [&](const auto& monitor) { return monitor->rule() == name; });
}

class Parser {
 public:
  Parser(std::string_view text, const std::string& file) : text_(text), file_(file) {}

  std::vector<SqlRule> parse() {
    while (!text_.empty()) {
      const auto end = text_.find('\n');
      const std::string_view line = text_.substr(0, end);
      text_.remove_prefix(end == std::string_view::npos ? text_.size() : end + 1);
      ++line_;
      take(line);
    }
    if (rules_.empty()) fail("there is no rule", "begin one with \"-- rule: its_name\"");
    complete_last();
    return std::move(rules_);
  }

 private:
  [[noreturn]] void fail(const std::string& problem, const std::string& remedy = "") const {
    throw InputError(file_, "line " + std::to_string(line_), problem, remedy);
  }

  void take(std::string_view line) {
    if (const auto name = value_of(line, "rule")) return begin(*name);
    if (rules_.empty()) {
      const std::string_view text = trimmed(line);
      if (text.empty() || text.starts_with("--")) return;
      fail("this stands before the first rule", "begin one with \"-- rule: its_name\"");
    }
    SqlRule& rule = rules_.back();
    if (const auto demand = value_of(line, "demand")) {
      if (demand->empty() || demand->size() > demand_length_max) {
        fail("a demand has 1 to 500 characters");
      }
      rule.demand = *demand;
    } else if (const auto severity = value_of(line, "severity")) {
      take_severity(rule, *severity);
    }
    // Comments are kept, so that positions in SQLite's messages match the text.
    rule.sql += line;
    rule.sql += '\n';
  }

  void begin(std::string_view name) {
    if (!rules_.empty()) complete_last();
    if (!is_name(name)) {
      fail("a rule's name has 1 to 60 lower-case letters, digits and underscores");
    }
    const auto same = [&](const SqlRule& each) { return each.name == name; };
    if (std::any_of(rules_.begin(), rules_.end(), same) || is_built_in(name)) {
      fail("there is a rule \"" + std::string(name) + "\" already");
    }
    if (rules_.size() == rules_max) fail("there are more than 100 rules");
    rules_.push_back({.name = std::string(name), .line = line_});
  }

  void take_severity(SqlRule& rule, std::string_view text) const {
    for (const Severity each : {Severity::error, Severity::warning, Severity::hint}) {
      if (text != name_of(each)) continue;
      rule.severity = each;
      return;
    }
    fail("there is no severity \"" + std::string(text.substr(0, 40)) + "\"",
         "they are error, warning and hint");
  }

  void complete_last() {
    if (!rules_.back().demand.empty()) return;
    line_ = rules_.back().line;
    fail("the rule \"" + rules_.back().name + "\" does not say what it demands",
         "write \"-- demand: a sentence\" beneath its name");
  }

  std::string_view text_;  // the part not yet parsed
  const std::string& file_;
  int line_ = 0;
  std::vector<SqlRule> rules_;
};

/// Converts one rule's rows into violations.
class Rows {
 public:
  Rows(const SqlRule& rule, const std::string& file, const Model& model)
      : rule_(rule), file_(file), event_count_(model.event_count()) {}

  std::vector<Violation> violations_in(const QueryResult& result) const {
    const std::size_t event = column(result, "event");
    const std::size_t message = column(result, "message");
    if (event == none) {
      fail("its SELECT has no column \"event\"", "write \"SELECT seq AS event, ...\"");
    }
    std::vector<Violation> violations;
    for (const auto& row : result.rows) {
      const bool says = message != none && !row[message].text.empty();
      violations.push_back({.rule = rule_.name,
                            .severity = rule_.severity,
                            .event = number_of(row[event].text),
                            .sentence = says ? row[message].text : rule_.demand});
    }
    return violations;
  }

  [[noreturn]] void fail(const std::string& problem, const std::string& remedy) const {
    throw InputError(file_, "line " + std::to_string(rule_.line),
                     "the rule \"" + rule_.name + "\": " + problem, remedy);
  }

 private:
  static constexpr std::size_t none = SIZE_MAX;

  static std::size_t column(const QueryResult& result, std::string_view name) {
    const auto found = std::find(result.columns.begin(), result.columns.end(), name);
    return found == result.columns.end() ? none
                                         : static_cast<std::size_t>(found - result.columns.begin());
  }

  std::uint32_t number_of(const std::string& text) const {
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size() || number == 0 ||
        number > event_count_) {
      fail("\"" + text.substr(0, 40) + "\" is not an event of the trace",
           "its column \"event\" is to be a seq");
    }
    return number;
  }

  const SqlRule& rule_;
  const std::string& file_;
  const std::uint32_t event_count_;
};

}  // namespace

std::vector<SqlRule> parse_sql_rules(std::string_view text, const std::string& file) {
  return Parser(text, file).parse();
}

std::vector<SqlRule> read_sql_rules(const std::string& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    throw InputError(path, "", "is a folder, not a file");
  }
  std::ifstream input(path, std::ios::binary);
  if (!input) throw InputError(path, "", "cannot be read", "does the file exist?");
  std::string text(file_bytes_max + 1, '\0');
  input.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(input.gcount()));
  if (text.size() > file_bytes_max) throw InputError(path, "", "is larger than 1 MiB");
  return parse_sql_rules(text, path);
}

std::vector<Violation> check_sql_rules(const std::vector<SqlRule>& rules, const std::string& file,
                                       const Model& model, std::size_t most) {
  const TraceDatabase database(model);
  std::vector<Violation> all;
  for (const SqlRule& rule : rules) {
    const Rows rows(rule, file, model);
    std::vector<Violation> found;
    try {
      found = rows.violations_in(database.query(rule.sql));
    } catch (const QueryError& error) {
      rows.fail(error.what(), "traces/TABLES.md lists tables and columns");
    }
    const auto earlier = [](const Violation& a, const Violation& b) { return a.event < b.event; };
    std::stable_sort(found.begin(), found.end(), earlier);
    if (found.size() > most)
      found.erase(found.begin() + static_cast<std::ptrdiff_t>(most), found.end());
    all.insert(all.end(), std::make_move_iterator(found.begin()),
               std::make_move_iterator(found.end()));
  }
  return all;
}

}  // namespace proactor_lab
