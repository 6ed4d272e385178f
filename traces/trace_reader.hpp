// Reads a trace file. The file is untrusted: whatever is in it, memory stays bounded by
// `ReadLimits`, and what is wrong is told with its line. The reader accepts any white space,
// unknown fields, and a file that ends early (a run that was killed; `Trace::truncated` says so).
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
  std::uint64_t text_bytes = std::uint64_t{8} << 30;  ///< of the file, unpacked
};

/// The newest format this program reads and writes.
inline constexpr int trace_format = 1;

/// Throws InputError; `file` is for its messages.
Trace read_trace(std::istream& input, const std::string& file, const ReadLimits& limits = {});
Trace read_trace_file(const std::string& path, const ReadLimits& limits = {});

}  // namespace proactor_lab
