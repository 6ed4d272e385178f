// Imports Asio's handler tracking. The log is the program's standard error: other output may be
// between the lines, or before a mark on the same line.
#include <filesystem>

#include "traces/format/input_error.hpp"
#include "traces/format/run_systems.hpp"
#include "traces/import/asio/asio_builder.hpp"
#include "traces/import/import.hpp"

namespace proactor_lab {
namespace {

/// A log from standard input has no file name to derive the program's name from.
std::string program_of(const std::string& file) {
  const std::string stem = std::filesystem::path(file).stem().string();
  return file == "standard input" || stem.empty() ? "asio program" : stem;
}

/// Each mark begins a line, even if the previous line lacks its end.
void add_line(std::string_view text, bool is_cut, std::uint64_t number, ImportedEvents& events,
              AsioBuilder& builder) {
  std::size_t at = text.find(asio_mark);
  if (at == std::string_view::npos) return;
  ++events.report().log_lines;
  while (at != std::string_view::npos) {
    const std::size_t next = text.find(asio_mark, at + asio_mark.size());
    const std::string_view part = text.substr(at, next - at);
    const bool lacks_end = next != std::string_view::npos || is_cut;
    const auto line = parse_asio_line(part);
    // For some lines the last byte shows that they are complete.
    if (lacks_end && !(line && part.ends_with('|'))) {
      events.count_unmatched("lines that are cut off", number);
    } else if (!line) {
      events.count_unmatched("lines that cannot be read", number);
    } else {
      builder.add(*line, number);
    }
    at = next;
  }
}

}  // namespace

bool is_asio_line(std::string_view line) {
  const std::size_t at = line.find(asio_mark);
  return at != std::string_view::npos && parse_asio_line(line.substr(at)).has_value();
}

ImportReport import_asio(LogLines& lines, const ImportLimits& limits, Trace& trace) {
  ImportedEvents events(trace, limits, program_of(lines.file()), name_of(RunSystem::asio));
  AsioBuilder builder(events, limits);
  std::string_view text;
  while (lines.next(text)) add_line(text, lines.is_cut(), lines.number(), events, builder);
  ImportReport& report = events.report();
  report.lines = lines.number();
  if (report.log_lines == 0) {
    throw InputError(lines.file(), "", "has no line of Asio's handler tracking",
                     "define ASIO_ENABLE_HANDLER_TRACKING (BOOST_ASIO_...) in all of the program's "
                     "sources, and keep its standard error: program 2> LOG");
  }
  builder.finish();
  return events.finish(builder.has_pending() ? "interrupted" : "finished");
}

}  // namespace proactor_lab
