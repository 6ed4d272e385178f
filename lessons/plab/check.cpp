// plab check: the rules of the pattern over a trace.
#include <iostream>
#include <memory>

#include "lessons/plab/command.hpp"
#include "traces/model.hpp"
#include "traces/rules.hpp"
#include "traces/trace_reader.hpp"

namespace proactor_lab::plab {
namespace {

int check(const std::string& path) {
  const Trace trace = read_trace_file(path);
  const std::vector<Violation> violations = check_rules(trace);
  const auto monitors = make_monitors(trace.strings);
  if (trace.truncated) std::cout << "note: the file ends early; its last events are missing\n";
  for (const Violation& violation : violations) {
    const Event& event = trace.events[violation.event - 1];
    std::cout << "#" << violation.event << " at " << format_duration(event.time_ns) << ": "
              << violation.rule << ": " << violation.sentence << '\n';
  }
  if (violations.empty()) {
    std::cout << path << ": " << trace.events.size() << " events keep all " << monitors.size()
              << " rules\n";
    return ok;
  }
  std::cout << path << ": " << violations.size()
            << (violations.size() == 1 ? " violation" : " violations")
            << "; plab explain --event N " << path << " tells what led to an event\n";
  return failed;
}

}  // namespace

void add_check(CLI::App& app, Action& action) {
  auto path = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("check", "Check a trace against the pattern's rules");
  command->add_option("trace", *path, "A trace file")->required();
  command->callback([&action, path] { action = [path] { return check(*path); }; });
}

}  // namespace proactor_lab::plab
