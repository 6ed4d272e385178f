// Exports a trace as Chrome's trace event JSON, which Perfetto and chrome://tracing open.
// EXPORTS.md describes the mapping and what is lost.
#pragma once

#include "traces/export/chrome_events.hpp"
#include "traces/format/trace.hpp"

namespace proactor_lab {

/// Passes the file to `output` in chunks. Memory grows with the number of operations, threads,
/// handles and slices (12 bytes per slice), not with the size of the text.
void write_chrome_trace(const Trace& trace, ChromeEvents::Output output);

}  // namespace proactor_lab
