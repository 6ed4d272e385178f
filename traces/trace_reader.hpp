// Reads a trace file. The file is untrusted: memory is bounded by `ReadLimits`, and errors are
// reported with their line. The reader accepts any white space, unknown fields, and a file that
// ends early (the run was killed; see `Trace::truncated`).
#pragma once

#include <cstdint>
#include <istream>
#include <string>

#include "traces/format/input_error.hpp"
#include "traces/format/trace.hpp"

namespace proactor_lab {

struct ReadLimits {
  std::uint64_t events = 20'000'000;
  std::size_t event_bytes = 64 * 1024;  ///< of one event's text
  std::size_t header_bytes = 4 * 1024 * 1024;
  std::size_t string_bytes = 64 * 1024 * 1024;        ///< of all distinct strings together
  std::uint64_t text_bytes = std::uint64_t{8} << 30;  ///< of the file, decompressed
};

/// The newest trace format that this program reads and writes.
inline constexpr int trace_format = 1;

/// Throws InputError. `file` is used in error messages.
Trace read_trace(std::istream& input, const std::string& file, const ReadLimits& limits = {});
Trace read_trace_file(const std::string& path, const ReadLimits& limits = {});

}  // namespace proactor_lab
