// Fast path of the trace reader: parses an event that is formatted as TraceWriter writes it, with
// its members in the order of FORMAT.md, no white space, and text in plain ASCII. The slow path
// parses everything else, well-formed or not.
#pragma once

#include "traces/format/event.hpp"
#include "traces/format/string_pool.hpp"

namespace proactor_lab {

/// REQUIRES: `text` is followed by a newline, and 64 bytes behind the newline are readable. Fills
/// `event`, which must be value-initialized, and returns a pointer behind the event's text. Returns
/// null if the text does not have this format; the contents of `event` and the strings kept are
/// then meaningless.
const char* read_event_line(const char* text, StringPool& strings, Event& event);

}  // namespace proactor_lab
