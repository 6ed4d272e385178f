// Records what the kernel says of any program's io_uring: one that is started for it, or one that
// runs.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/values/time.hpp"
#include "traces/format/trace.hpp"
#include "traces/import/import.hpp"

namespace proactor_lab {

struct CaptureOptions {
  std::vector<std::string> command;  ///< started, and waited for;
  int process = 0;                   ///< or this one, until it ends
  Duration time_limit{0};            ///< 0: none. The command gets SIGTERM then
  ImportLimits limits;
};

struct CaptureResult {
  ImportReport report;
  bool has_tracepoints = false;  ///< the program used io_uring; otherwise there is no trace
  bool limited = false;          ///< the limit of events was reached, and the rest not recorded
  std::uint64_t lost = 0;        ///< events that the kernel could not keep
  std::uint64_t others = 0;      ///< of other programs, left out
  std::string end;               ///< of the command, in words: "exited with 0"
};

/// SIGINT and SIGTERM end the recording in good order. Throws InputError where the kernel cannot be
/// traced, with what is missing, or the program cannot be run. No thread of this program runs yet.
CaptureResult capture(const CaptureOptions& options, Trace& trace);

}  // namespace proactor_lab
