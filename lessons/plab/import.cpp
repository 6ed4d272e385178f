// plab import: converts another program's log to a trace.
#include "traces/import/import.hpp"

#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>

#include "lessons/plab/command.hpp"
#include "lessons/plab/output_file.hpp"
#include "traces/format/input_error.hpp"
#include "traces/format/trace_writer.hpp"

namespace proactor_lab::plab {
namespace {

struct ImportArguments {
  std::vector<std::string> words;  // [format] log
  std::string out;
  std::string program;
  std::uint64_t events = ImportLimits{}.events;
};

std::optional<ImportFormat> format_named(const std::string& name) {
  for (const ImportFormat format : {ImportFormat::asio, ImportFormat::io_uring}) {
    if (name == name_of(format)) return format;
  }
  return std::nullopt;
}

ImportFormat format_of(LogLines& lines) {
  const std::string_view beginning = lines.beginning();
  if (const auto format = recognise(beginning)) return *format;
  if (beginning.starts_with("{\"header\"")) {
    throw InputError(lines.file(), "", "is a trace already", "it needs no import");
  }
  throw InputError(lines.file(), "", "looks like no log that plab knows",
                   "name its format: plab import asio|io_uring LOG --out TRACE");
}

int import(const ImportArguments& arguments) {
  const std::string& path = arguments.words.back();
  std::optional<ImportFormat> format;
  if (arguments.words.size() > 1) {
    format = format_named(arguments.words.front());
    if (!format) {
      throw InputError("import", "", "there is no format '" + arguments.words.front() + "'",
                       "there are asio and io_uring");
    }
  }
  std::ifstream file;
  if (path != "-") {
    std::error_code error;
    if (std::filesystem::is_directory(path, error)) {
      throw InputError(path, "", "is a folder, not a log");
    }
    file.open(path, std::ios::binary);
    if (!file) throw InputError(path, "", "cannot be opened", "check the name and the permissions");
  }
  LogLines lines(path == "-" ? std::cin : file, path == "-" ? "standard input" : path);
  if (!format) format = format_of(lines);

  ImportLimits limits;
  limits.events = arguments.events;
  Trace trace;
  trace.header.program = arguments.program;
  const ImportReport report = import_log(*format, lines, limits, trace);

  OutputFile out(arguments.out);
  TraceWriter writer(trace.header, trace.strings,
                     [&out](std::string_view part) { out.write(part); });
  for (const Event& event : trace.events) writer.add(event);
  writer.finish();
  out.commit();
  if (arguments.out != "-") {
    std::cout << trace.header.program << " on " << trace.header.system << ": " << to_text(report);
  }
  if (!report.limited) return ok;
  std::cerr << "plab: the limit of " << limits.events
            << " events was reached; the trace so far is kept\n";
  return limit;
}

}  // namespace

void add_import(CLI::App& app, Action& action) {
  auto arguments = std::make_shared<ImportArguments>();
  CLI::App* command = app.add_subcommand("import", "Make a trace of another program's log");
  command
      ->add_option("log", arguments->words,
                   "The log; - is standard input. Before it asio or io_uring, where its format "
                   "shall not be found out")
      ->required()
      ->expected(1, 2);
  command->add_option("-o,--out", arguments->out, "Where the trace goes; - is standard output")
      ->required();
  command->add_option("--program", arguments->program, "The program's name, for the trace");
  command->add_option("--events", arguments->events, "How many events to keep at most")
      ->check(CLI::Range(std::uint64_t{2}, std::uint64_t{100'000'000}))
      ->capture_default_str();
  command->callback([&action, arguments] { action = [arguments] { return import(*arguments); }; });
}

}  // namespace proactor_lab::plab
