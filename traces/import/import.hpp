// Logs of programs that nobody here wrote become traces: the same events, so that the model, the
// rules, the questions and the pictures serve them too. What a log does not show is left out, or
// inferred and said to be; what could not be matched is counted, reported, and told in the trace.
//
// A log is untrusted: whatever is in it, memory stays bounded by `ImportLimits`. Lines of another
// kind are no error: programs print them among the log's own.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "traces/format/trace.hpp"
#include "traces/import/log_lines.hpp"

namespace proactor_lab {

enum class ImportFormat : std::uint8_t {
  asio,      ///< handler tracking of Asio and Boost.Asio, any version
  io_uring,  ///< tracepoints as ftrace, trace-cmd and perf script print them
};

/// "asio", "io_uring".
std::string_view name_of(ImportFormat format);
/// "an Asio handler-tracking log", "a log of io_uring's tracepoints".
std::string_view description_of(ImportFormat format);

/// Which log this is the beginning of; none where it looks like neither.
std::optional<ImportFormat> recognise(std::string_view beginning);

struct ImportLimits {
  std::uint64_t events = 5'000'000;             ///< what comes after is not kept, and counted
  std::size_t alive = 1'000'000;                ///< operations or handles at once
  std::size_t string_bytes = 64 * 1024 * 1024;  ///< of all distinct strings together
};

/// One way in which lines did not fit: how often, and where first.
struct Unmatched {
  std::string reason;  ///< "handlers entered whose creation the log does not show"
  std::uint64_t count = 0;
  std::uint64_t first_line = 0;
};

struct ImportReport {
  std::uint64_t lines = 0;
  std::uint64_t log_lines = 0;  ///< of the format
  std::uint64_t events = 0;     ///< in the trace
  std::uint64_t operations = 0;
  std::int64_t origin_ns = 0;          ///< the trace's moment 0 on the log's clock, where known
  bool limited = false;                ///< the rest of the log was not kept
  std::vector<Unmatched> unmatched;    ///< in the order of their first lines
  std::vector<std::string> sentences;  ///< what else a person should know

  std::uint64_t unmatched_count() const;
};

/// As a person reads it: a line each.
std::string to_text(const ImportReport& report);

/// Fill an empty `trace`, header and all; its `program` is kept where it was set. Throw InputError
/// where `lines` has no line of the format.
ImportReport import_asio(LogLines& lines, const ImportLimits& limits, Trace& trace);
ImportReport import_io_uring(LogLines& lines, const ImportLimits& limits, Trace& trace);
ImportReport import_log(ImportFormat format, LogLines& lines, const ImportLimits& limits,
                        Trace& trace);

/// Whether one line, or its beginning, is of the format.
bool is_asio_line(std::string_view line);
bool is_io_uring_line(std::string_view line);

}  // namespace proactor_lab
