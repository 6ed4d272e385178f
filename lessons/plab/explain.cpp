// plab explain: describes a run, or one event's causes, in plain words.
#include <iostream>
#include <memory>

#include "lessons/plab/command.hpp"
#include "traces/explain/explanation.hpp"
#include "traces/trace_reader.hpp"

namespace proactor_lab::plab {
namespace {

int explain(const std::string& path, std::uint32_t seq) {
  const Trace trace = read_trace_file(path);
  const Model model(trace);
  if (seq == 0) {
    std::cout << explain_run(model);
    return ok;
  }
  if (seq > model.event_count()) {
    throw InputError(path, "event " + std::to_string(seq),
                     "there is none; the last is " + std::to_string(model.event_count()));
  }
  std::cout << explain_event(model, seq);
  return ok;
}

}  // namespace

void add_explain(CLI::App& app, Action& action) {
  struct Arguments {
    std::string trace;
    std::uint32_t event = 0;
  };
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("explain", "Tell a run, or why an event happened");
  command->add_option("trace", arguments->trace, "A trace file")->required();
  command->add_option("--event", arguments->event, "The event's seq")->check(CLI::PositiveNumber);
  command->callback([&action, arguments] {
    action = [arguments] { return explain(arguments->trace, arguments->event); };
  });
}

}  // namespace proactor_lab::plab
