// A trace as Chrome's trace event JSON, which Perfetto and chrome://tracing open. EXPORTS.md says
// what becomes what, and what is lost.
#pragma once

#include "traces/export/chrome_events.hpp"
#include "traces/format/trace.hpp"

namespace proactor_lab {

/// Hands the file over in chunks. What it keeps meanwhile grows with the operations, threads and
/// handles, not with the text that it writes: each slice of a thread takes 12 bytes.
void write_chrome_trace(const Trace& trace, ChromeEvents::Output output);

}  // namespace proactor_lab
