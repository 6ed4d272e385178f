// plab query: SQL over a trace.
#include "traces/query.hpp"

#include <algorithm>
#include <iostream>
#include <memory>

#include "lessons/plab/command.hpp"
#include "traces/trace_reader.hpp"

namespace proactor_lab::plab {
namespace {

/// Columns aligned, two blanks apart.
void print_table(const QueryResult& result) {
  std::vector<std::size_t> widths;
  for (const std::string& column : result.columns) widths.push_back(column.size());
  for (const auto& row : result.rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  const auto print = [&](const std::vector<std::string>& row) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += row[i] + std::string(widths[i] - row[i].size() + 2, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    std::cout << line << '\n';
  };
  print(result.columns);
  for (const auto& row : result.rows) print(row);
}

int query(const std::string& path, const std::string& sql) {
  const Trace trace = read_trace_file(path);
  const Model model(trace);
  const TraceDatabase database(model);
  try {
    print_table(database.query(sql));
  } catch (const QueryError& error) {
    throw InputError("query", "", error.what(),
                     "the tables are events, operations, handles and "
                     "threads; traces/TABLES.md lists their columns");
  }
  return ok;
}

}  // namespace

void add_query(CLI::App& app, Action& action) {
  struct Arguments {
    std::string trace;
    std::string sql;
  };
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("query", "Ask a trace a question in SQL");
  command->add_option("trace", arguments->trace, "A trace file")->required();
  command->add_option("sql", arguments->sql, "One SELECT")->required();
  command->callback([&action, arguments] {
    action = [arguments] { return query(arguments->trace, arguments->sql); };
  });
}

}  // namespace proactor_lab::plab
