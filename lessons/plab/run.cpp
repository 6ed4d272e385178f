// plab run: runs a program on the selected system and writes its trace.
#include <iostream>
#include <memory>
#include <optional>
#include <string_view>

#include <unistd.h>

#include "lessons/capture/live_kernel_log.hpp"
#include "lessons/live/live_runner.hpp"
#include "lessons/plab/command.hpp"
#include "lessons/plab/number_range.hpp"
#include "lessons/plab/output_file.hpp"
#include "lessons/plab/scenario_name.hpp"
#include "lessons/run/runner.hpp"
#include "lessons/scenario/tape_file.hpp"
#include "traces/format/input_error.hpp"
#include "traces/format/trace_writer.hpp"
#include "traces/import/import.hpp"
#include "traces/import/io_uring/kernel_view.hpp"
#include "traces/trace_reader.hpp"

namespace proactor_lab::plab {
namespace {

struct RunArguments {
  std::string scenario;
  std::string system;
  std::string out;
  std::string tape;
  std::string write_tape;
  std::int64_t seed = -1;
  std::int32_t port = -1;
  double for_seconds = 0;
  bool with_kernel = false;
};

/// The run ended normally and its trace is written, but the program itself may have failed.
int exit_code_for(const std::string& failure, const Scenario& scenario) {
  if (failure.empty()) return ok;
  std::cerr << "plab: " << scenario.program << ": " << failure << '\n';
  return failed;
}

int run_on_simulator(const Scenario& scenario, const RunArguments& arguments) {
  RunOptions options;
  Tape tape;
  Tape recorded;
  if (!arguments.tape.empty()) {
    tape = read_tape_file(arguments.tape);
    options.tape = &tape;
  }
  if (!arguments.write_tape.empty()) options.recorded_tape = &recorded;
  std::optional<OutputFile> trace;
  if (!arguments.out.empty()) {
    trace.emplace(arguments.out);
    options.write = [&trace](std::string_view content) { trace->write(content); };
  }
  const RunResult result = run_simulated(scenario, options);
  if (result.misfits > 0) {
    throw InputError(arguments.tape, "",
                     std::to_string(result.misfits) + " answers are out of range for this scenario",
                     "a tape fits the scenario and the version that it was recorded with");
  }
  if (trace) trace->commit();
  if (!arguments.write_tape.empty()) write_output(arguments.write_tape, to_json(recorded));
  if (arguments.out != "-") {
    std::cout << scenario.program << " on sim, seed " << scenario.seed << ": " << result.events
              << " events" << (arguments.out.empty() ? "" : ", written to " + arguments.out)
              << '\n';
  }
  if (!result.standstill.empty()) std::cerr << "plab: " << result.standstill << '\n';
  if (result.end == RunEnd::limit) {
    std::cerr << "plab: " << result.why << "; the trace so far is kept\n";
    return limit;
  }
  if (!result.standstill.empty()) return failed;
  return exit_code_for(result.failure, scenario);
}

/// Adds the kernel's recording of this process's rings to our trace.
void add_kernel_view(KernelLog& log, const LiveRunResult& run, const Scenario& scenario,
                     const std::string& path) {
  log.stop();
  std::ifstream text = log.take({getpid()});
  LogLines lines(text, "the kernel's log");
  ImportLimits limits;
  limits.events = scenario.event_limit;
  Trace kernel;
  const ImportReport report = import_io_uring(lines, limits, kernel);
  const Trace own = read_trace_file(path);
  Trace merged;
  const KernelViewResult result =
      proactor_lab::add_kernel_view(own, kernel, report.origin_ns - run.start_ns, merged);
  write_output(path, to_json(merged));
  std::cout << "seen in the kernel: " << result.matched << " of " << result.operations
            << " operations, " << merged.events.size() - own.events.size() << " more events";
  if (!result.why_not_all.empty()) std::cout << "; " << result.why_not_all;
  std::cout << "; the kernel lost " << log.lost() << '\n';
}

int run_on_kernel(Scenario scenario, const RunArguments& arguments) {
  LiveRunOptions options;
  options.out = arguments.out;
  if (arguments.for_seconds > 0) {
    options.time_limit = Duration{static_cast<std::int64_t>(arguments.for_seconds * 1e9)};
  }
  options.on_listening = [](Endpoint endpoint) {
    std::cout << "listening on 127.0.0.1:" << endpoint.port << "; Ctrl-C ends the run\n"
              << std::flush;
  };
  if (!scenario.clients.empty()) options.on_listening = nullptr;
  std::optional<KernelLog> log;
  if (arguments.with_kernel) log.emplace();
  if (log) log->start(scenario.event_limit);
  const LiveRunResult result = run_live(scenario, options);
  if (arguments.out != "-") {
    std::cout << scenario.program << " on " << name_of(scenario.system) << ": " << result.events
              << " events" << (arguments.out.empty() ? "" : ", written to " + arguments.out)
              << '\n';
  }
  if (log) add_kernel_view(*log, result, scenario, arguments.out);
  if (result.client_failures > 0) {
    std::cerr << "plab: " << scenario.program
              << ": clients that did not get all that they asked for: " << result.client_failures
              << '\n';
  }
  if (result.events_lost > 0) {
    std::cerr << "plab: the limit of " << scenario.event_limit << " events was reached, "
              << result.events_lost << " were not kept\n";
    return limit;
  }
  const int code = exit_code_for(result.failure, scenario);
  return result.client_failures > 0 ? failed : code;
}

int run_command(const RunArguments& arguments) {
  Scenario scenario = scenario_named(arguments.scenario, arguments.seed);
  if (!arguments.system.empty()) scenario.system = system_named(arguments.system).system;
  if (arguments.port >= 0) scenario.port = static_cast<std::uint16_t>(arguments.port);
  if (arguments.with_kernel &&
      (scenario.system != RunSystem::io_uring || arguments.out.empty() || arguments.out == "-")) {
    throw InputError("--with-kernel", "", "needs io_uring, and a file for the trace",
                     "plab run SCENARIO --on io_uring --with-kernel --out TRACE");
  }
  if (row_of(scenario.system).is_simulated) return run_on_simulator(scenario, arguments);
  return run_on_kernel(std::move(scenario), arguments);
}

std::vector<std::string> names_of_systems() {
  std::vector<std::string> names;
  for (const SystemRow& each : run_systems()) {
    if (each.runs_scenarios()) names.emplace_back(each.name);
  }
  return names;
}

}  // namespace

void add_run(CLI::App& app, Action& action) {
  auto arguments = std::make_shared<RunArguments>();
  CLI::App* command = app.add_subcommand("run", "Run a program and write its trace");
  command
      ->add_option("scenario", arguments->scenario,
                   "A scenario file, or the name of a shipped scenario or of a program")
      ->required();
  command->add_option("--on", arguments->system, "The system to run on")
      ->check(CLI::IsMember(names_of_systems()));
  command->add_option("--seed", arguments->seed, "Instead of the scenario's own")
      ->check(CLI::NonNegativeNumber);
  command->add_option("--tape", arguments->tape, "Answers to the simulated system's questions");
  command->add_option("--write-tape", arguments->write_tape, "Keep this run's answers");
  command->add_option("--port", arguments->port, "To listen on; live, 0 lets the system choose")
      ->check(CLI::Range(0, 65535));
  command->add_flag("--with-kernel", arguments->with_kernel,
                    "On io_uring: record the kernel's tracepoints, too, and put both views into "
                    "the trace; needs root");
  command->add_option("--for", arguments->for_seconds, "Live: end after so many seconds")
      ->check(number_in(1e-3, 1e6));
  command->add_option("-o,--out", arguments->out, "Where the trace goes; - is standard output");
  command->callback(
      [&action, arguments] { action = [arguments] { return run_command(*arguments); }; });
}

}  // namespace proactor_lab::plab
