// plab query: SQL over a trace.
#include "traces/query/query.hpp"

#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>

#include "lessons/plab/command.hpp"
#include "traces/query/query_output.hpp"
#include "traces/query/query_tables.hpp"
#include "traces/trace_reader.hpp"

namespace proactor_lab::plab {
namespace {

struct QueryArguments {
  std::string trace;
  std::string sql;
  std::string file;
  std::string format = "text";
};

constexpr std::size_t sql_bytes_max = 64 * 1024;

/// Reads at most one byte more than a query may have, so that TraceDatabase can detect excess.
std::string read_sql(std::istream& input, const std::string& name) {
  std::string sql(sql_bytes_max + 1, '\0');
  input.read(sql.data(), static_cast<std::streamsize>(sql.size()));
  if (input.bad() || (input.fail() && !input.eof())) {
    throw InputError(name, "", "cannot be read", "is it a file with one SELECT?");
  }
  sql.resize(static_cast<std::size_t>(input.gcount()));
  return sql;
}

std::string sql_of(const QueryArguments& arguments) {
  if (!arguments.file.empty() && arguments.file != "-") {
    std::ifstream input(arguments.file, std::ios::binary);
    return read_sql(input, arguments.file);
  }
  if (arguments.file == "-" || arguments.sql == "-") return read_sql(std::cin, "standard input");
  if (arguments.sql.empty()) {
    throw InputError("query", "", "there is none",
                     "give one SELECT, - to read it from standard input, or --file");
  }
  return arguments.sql;
}

int query(const QueryArguments& arguments) {
  if (!arguments.sql.empty() && !arguments.file.empty()) {
    throw InputError("query", "", "there are two", "give the SQL or --file, not both");
  }
  const std::string sql = sql_of(arguments);
  const Trace trace = read_trace_file(arguments.trace);
  const Model model(trace);
  const TraceDatabase database(model);
  try {
    const QueryResult result = database.query(sql);
    std::cout << (arguments.format == "csv"    ? to_csv(result)
                  : arguments.format == "json" ? to_json(result)
                                               : to_text(result));
  } catch (const QueryError& error) {
    throw InputError(arguments.file.empty() ? "query" : arguments.file, "", error.what(),
                     "the tables are " + table_names() +
                         "; traces/TABLES.md lists their columns, with examples");
  }
  return ok;
}

}  // namespace

void add_query(CLI::App& app, Action& action) {
  auto arguments = std::make_shared<QueryArguments>();
  CLI::App* command = app.add_subcommand("query", "Ask a trace a question in SQL");
  command->add_option("trace", arguments->trace, "A trace file")->required();
  command->add_option("sql", arguments->sql, "One SELECT; - reads it from standard input");
  command->add_option("--file", arguments->file, "A file with one SELECT; - is standard input");
  command->add_option("--format", arguments->format, "How the answer is written")
      ->check(CLI::IsMember({"text", "csv", "json"}))
      ->capture_default_str();
  command->callback([&action, arguments] { action = [arguments] { return query(*arguments); }; });
}

}  // namespace proactor_lab::plab
