// plab, the command without a window. Each subcommand is a file in this folder.
#include <exception>
#include <iostream>

#include "lessons/plab/command.hpp"
#include "lessons/plab/lesson_command.hpp"
#include "traces/format/input_error.hpp"

namespace proactor_lab::plab {
namespace {

int run(int argc, char** argv) {
  CLI::App app{"See asynchronous I/O complete: run programs, check and question their traces."};
  app.name("plab");
  app.require_subcommand(1);
  app.failure_message(CLI::FailureMessage::help);
  Action action;
  add_run(app, action);
  add_check(app, action);
  add_compare(app, action);
  add_explain(app, action);
  add_query(app, action);
  add_export(app, action);
  add_import(app, action);
  add_capture(app, action);
  add_models(app, action);
  add_lesson(app, action);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& wanted) {  // --help
    app.exit(wanted);
    return ok;
  } catch (const CLI::ParseError& error) {
    std::cerr << "plab: " << error.what() << "; try plab --help\n";
    return bad_input;
  }
  const int code = action();
  std::cout.flush();
  if (!std::cout) throw InputError("standard output", "", "cannot be written");
  return code;
}

}  // namespace
}  // namespace proactor_lab::plab

int main(int argc, char** argv) {
  using namespace proactor_lab;
  try {
    return plab::run(argc, argv);
  } catch (const InputError& error) {
    std::cerr << "plab: " << error.what() << '\n';
    return plab::bad_input;
  } catch (const std::exception& error) {
    std::cerr << "plab: internal error: " << error.what() << '\n';
    return plab::tool_error;
  }
}
