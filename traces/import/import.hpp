// Imports logs of other programs as traces with the same events, so that the model, the rules, the
// queries and the figures work for them too. What a log does not show is omitted, or inferred and
// marked as inferred. Lines that could not be matched are counted, reported, and recorded in the
// trace.
//
// A log is untrusted: memory is bounded by `ImportLimits`. Lines of other kinds are no error:
// programs print their own output between the log's lines.
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
  io_uring,  ///< tracepoints as printed by ftrace, trace-cmd and perf script
};

/// "asio", "io_uring".
std::string_view name_of(ImportFormat format);
/// "an Asio handler-tracking log", "a log of io_uring's tracepoints".
std::string_view description_of(ImportFormat format);

/// Detects the format of a log from its beginning; nullopt if it matches neither.
std::optional<ImportFormat> recognise(std::string_view beginning);

struct ImportLimits {
  std::uint64_t events = 5'000'000;             ///< further events are counted and dropped
  std::size_t alive = 1'000'000;                ///< maximum number of live operations or handles
  std::size_t string_bytes = 64 * 1024 * 1024;  ///< total size of all distinct strings
};

/// One reason why lines could not be matched: how often, and the first line.
struct Unmatched {
  std::string reason;  ///< "handlers entered whose creation the log does not show"
  std::uint64_t count = 0;
  std::uint64_t first_line = 0;
};

struct ImportReport {
  std::uint64_t lines = 0;
  std::uint64_t log_lines = 0;  ///< lines of this format
  std::uint64_t events = 0;     ///< in the trace
  std::uint64_t operations = 0;
  std::int64_t origin_ns = 0;          ///< the trace's time 0 on the log's clock, if known
  bool limited = false;                ///< the rest of the log was dropped
  std::vector<Unmatched> unmatched;    ///< in the order of their first lines
  std::vector<std::string> sentences;  ///< further remarks for people

  std::uint64_t unmatched_count() const;
};

/// Formats the report for people, one sentence per line.
std::string to_text(const ImportReport& report);

/// Fill an empty `trace`, including its header; a `program` that is already set is kept. Throw
/// InputError if `lines` has no line of the format.
ImportReport import_asio(LogLines& lines, const ImportLimits& limits, Trace& trace);
ImportReport import_io_uring(LogLines& lines, const ImportLimits& limits, Trace& trace);
ImportReport import_log(ImportFormat format, LogLines& lines, const ImportLimits& limits,
                        Trace& trace);

/// True if the line, or its beginning, has the format.
bool is_asio_line(std::string_view line);
bool is_io_uring_line(std::string_view line);

}  // namespace proactor_lab
