// plab compare: finds where two runs diverge, and what differs.
#include <iostream>
#include <memory>

#include "lessons/plab/command.hpp"
#include "traces/explain/comparison.hpp"
#include "traces/trace_reader.hpp"

namespace proactor_lab::plab {
namespace {

struct Arguments {
  std::string a;
  std::string b;
  ComparisonOptions options;
};

int compare(const Arguments& arguments) {
  const Trace a = read_trace_file(arguments.a);
  const Trace b = read_trace_file(arguments.b);
  const Comparison comparison = compare_runs(Model(a), Model(b), arguments.options);
  std::cout << "A is " << arguments.a << ", B is " << arguments.b << ".\n" << comparison.text;
  return comparison.same ? ok : failed;
}

}  // namespace

void add_compare(CLI::App& app, Action& action) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("compare", "Say where two runs part, and what differs");
  command->add_option("a", arguments->a, "A trace file")->required();
  command->add_option("b", arguments->b, "Another")->required();
  command->add_flag("--ignore-times", arguments->options.ignore_times,
                    "Times may differ, as those of live runs do");
  command->callback([&action, arguments] { action = [arguments] { return compare(*arguments); }; });
}

}  // namespace proactor_lab::plab
