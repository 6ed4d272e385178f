#include "traces/import/import.hpp"

namespace proactor_lab {
namespace {

std::string count_of(std::uint64_t count, std::string_view what) {
  return std::to_string(count) + " " + std::string(what) + (count == 1 ? "" : "s");
}

}  // namespace

std::string_view name_of(ImportFormat format) {
  return format == ImportFormat::asio ? "asio" : "io_uring";
}

std::string_view description_of(ImportFormat format) {
  return format == ImportFormat::asio ? "an Asio handler-tracking log"
                                      : "a log of io_uring's tracepoints";
}

std::optional<ImportFormat> recognise(std::string_view beginning) {
  while (!beginning.empty()) {
    const std::size_t end = beginning.find('\n');
    const std::string_view line = beginning.substr(0, end);
    if (is_asio_line(line)) return ImportFormat::asio;
    if (is_io_uring_line(line)) return ImportFormat::io_uring;
    if (end == std::string_view::npos) break;
    beginning.remove_prefix(end + 1);
  }
  return std::nullopt;
}

std::uint64_t ImportReport::unmatched_count() const {
  std::uint64_t sum = 0;
  for (const Unmatched& each : unmatched) sum += each.count;
  return sum;
}

std::string to_text(const ImportReport& report) {
  std::string text = count_of(report.lines, "line") + ", " + std::to_string(report.log_lines) +
                     " of them the log's; " + count_of(report.operations, "operation") + ", " +
                     count_of(report.events, "event") + "\n";
  for (const std::string& sentence : report.sentences) text += sentence + "\n";
  if (report.unmatched.empty()) {
    text += "everything was matched\n";
  } else {
    text += "not matched: " + std::to_string(report.unmatched_count()) + "\n";
  }
  for (const Unmatched& each : report.unmatched) {
    text += "  " + each.reason + ": " + std::to_string(each.count) + ", first at line " +
            std::to_string(each.first_line) + "\n";
  }
  return text;
}

ImportReport import_log(ImportFormat format, LogLines& lines, const ImportLimits& limits,
                        Trace& trace) {
  return format == ImportFormat::asio ? import_asio(lines, limits, trace)
                                      : import_io_uring(lines, limits, trace);
}

}  // namespace proactor_lab
