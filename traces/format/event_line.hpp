// Reads an event's text quickly where it stands as our writer puts it: its members in the order of
// FORMAT.md, without white space, texts in plain ASCII. Whatever else a file may hold, well-formed
// or not, is left to who reads it with care.
#pragma once

#include "traces/format/event.hpp"
#include "traces/format/string_pool.hpp"

namespace proactor_lab {

/// `text` must go on to a newline, and 64 more bytes must be readable behind that. Fills a fresh
/// `event` and returns where its text ends, or null where it is not such a text; then `event` and
/// the strings kept mean nothing.
const char* read_event_line(const char* text, StringPool& strings, Event& event);

}  // namespace proactor_lab
