// Records the kernel's io_uring tracepoints for any program: a command started here, or a running
// process.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/values/time.hpp"
#include "traces/format/trace.hpp"
#include "traces/import/import.hpp"

namespace proactor_lab {

struct CaptureOptions {
  std::vector<std::string> command;  ///< started and waited for, or
  int process = 0;                   ///< this process is traced until it ends
  Duration time_limit{0};            ///< 0: no limit. On expiry the command receives SIGTERM
  ImportLimits limits;
};

struct CaptureResult {
  ImportReport report;
  bool has_tracepoints = false;  ///< the program used io_uring; if false, there is no trace
  bool limited = false;          ///< the event limit was reached; later events are missing
  std::uint64_t lost = 0;        ///< events that the kernel dropped
  std::uint64_t others = 0;      ///< events of other programs, left out
  std::string end;               ///< how the command ended, such as "exited with 0"
};

/// SIGINT and SIGTERM end the recording cleanly. Throws InputError if the kernel cannot be traced
/// (saying what is missing) or the program cannot be started. REQUIRES that the calling process has
/// no other threads, because it forks.
CaptureResult capture(const CaptureOptions& options, Trace& trace);

}  // namespace proactor_lab
