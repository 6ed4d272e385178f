// plab capture: records the kernel's io_uring events of any program as a trace.
#include <cmath>
#include <iostream>
#include <memory>

#include "lessons/capture/live_capture.hpp"
#include "lessons/plab/command.hpp"
#include "lessons/plab/output_file.hpp"
#include "traces/format/input_error.hpp"
#include "traces/format/trace_writer.hpp"

namespace proactor_lab::plab {
namespace {

struct CaptureArguments {
  std::string out;
  std::string limit;
  CaptureOptions options;
};

/// Parses "10s", "500ms", "2.5".
Duration duration_of(const std::string& text) {
  std::size_t used = 0;
  double number = 0;
  try {
    number = std::stod(text, &used);
  } catch (const std::exception&) {
    used = 0;
  }
  const std::string unit = text.substr(used);
  const double ns = unit == "ms" ? 1e6 : unit == "min" ? 60e9 : 1e9;
  const bool known = unit.empty() || unit == "s" || unit == "ms" || unit == "min";
  if (used == 0 || !known || !(number * ns >= 1e6) || !(number * ns <= 1e15)) {
    throw InputError("--for", "", "'" + text + "' is no time", "say 500ms, 10s or 2min");
  }
  return Duration{static_cast<std::int64_t>(number * ns)};
}

int capture_command(const CaptureArguments& arguments) {
  CaptureOptions options = arguments.options;
  if (options.command.empty() == (options.process == 0)) {
    throw InputError("capture", "", "takes either a command or --pid",
                     "plab capture --out TRACE -- PROGRAM, or --pid PROCESS --for 10s");
  }
  if (!arguments.limit.empty()) options.time_limit = duration_of(arguments.limit);
  OutputFile out(arguments.out);
  Trace trace;
  const CaptureResult result = capture(options, trace);
  const bool quiet = arguments.out == "-";
  if (!quiet && !result.end.empty()) {
    std::cout << options.command.front() << " " << result.end << '\n';
  }
  if (!result.has_tracepoints) {
    throw InputError("capture", "", "the program asked nothing of io_uring while it was watched");
  }
  TraceWriter writer(trace.header, trace.strings,
                     [&out](std::string_view part) { out.write(part); });
  for (const Event& event : trace.events) writer.add(event);
  writer.finish();
  out.commit();
  if (!quiet) {
    std::cout << trace.header.program << " on " << trace.header.system << ": "
              << to_text(result.report);
    std::cout << "the kernel lost " << result.lost << " events; of other programs' rings "
              << result.others << " were left out\n";
  }
  if (!result.limited && !result.report.limited) return ok;
  std::cerr << "plab: the limit of " << options.limits.events
            << " events was reached; the trace so far is kept\n";
  return limit;
}

}  // namespace

void add_capture(CLI::App& app, Action& action) {
  auto arguments = std::make_shared<CaptureArguments>();
  CLI::App* command = app.add_subcommand(
      "capture", "Trace any program's io_uring, as the kernel sees it; needs root");
  command->add_option("-o,--out", arguments->out, "Where the trace goes; - is standard output")
      ->required();
  command->add_option("--pid", arguments->options.process, "A process that runs")
      ->check(CLI::PositiveNumber);
  command->add_option("--for", arguments->limit,
                      "End after that time: 500ms, 10s, 2min. A command gets SIGTERM then");
  command
      ->add_option("--events", arguments->options.limits.events, "How many events to keep at most")
      ->check(CLI::Range(std::uint64_t{2}, std::uint64_t{100'000'000}))
      ->capture_default_str();
  command->add_option("command", arguments->options.command,
                      "After --: the program to run, and its arguments");
  command->callback(
      [&action, arguments] { action = [arguments] { return capture_command(*arguments); }; });
}

}  // namespace proactor_lab::plab
