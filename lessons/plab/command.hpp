// What every subcommand of plab shares: exit codes, and how a command is added.
#pragma once

#include <functional>

#include <CLI/CLI.hpp>

namespace proactor_lab::plab {

/// What each means stands in README.md.
enum ExitCode : int {
  ok = 0,
  failed = 1,  ///< the thing checked fails
  bad_input = 2,
  tool_error = 3,
  limit = 4,  ///< what was recorded so far is written
};

/// What a subcommand's parsing leaves behind: the work to do, and its exit code.
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
