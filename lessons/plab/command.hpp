// Shared by all subcommands of plab: exit codes, and functions that register the commands.
#pragma once

#include <functional>

#include <CLI/CLI.hpp>

namespace proactor_lab::plab {

/// Described in README.md.
enum ExitCode : int {
  ok = 0,
  failed = 1,  ///< the check failed
  bad_input = 2,
  tool_error = 3,
  limit = 4,  ///< a limit was reached; what was recorded so far is written
};

/// Set when a subcommand is parsed: does the work and returns the exit code.
using Action = std::function<int()>;

void add_run(CLI::App& app, Action& action);
void add_check(CLI::App& app, Action& action);
void add_compare(CLI::App& app, Action& action);
void add_explain(CLI::App& app, Action& action);
void add_query(CLI::App& app, Action& action);
void add_export(CLI::App& app, Action& action);
void add_import(CLI::App& app, Action& action);
void add_capture(CLI::App& app, Action& action);
void add_models(CLI::App& app, Action& action);

}  // namespace proactor_lab::plab
