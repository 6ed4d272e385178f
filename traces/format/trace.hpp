// A trace in memory: its header, its events in order of `seq`, and their strings. Models, queries
// and figures are computed from it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "traces/format/event_columns.hpp"
#include "traces/format/string_pool.hpp"

namespace proactor_lab {

/// What the first line of a trace file says about the run.
struct TraceHeader {
  int format = 1;
  std::string program;
  std::string system;  ///< "sim", "io_uring", ...
  std::uint64_t seed = 0;
  std::string scenario;  ///< the scenario's JSON, compact; empty if there was none
};

struct Trace {
  TraceHeader header;
  StringPool strings;
  EventColumns events;     ///< events[i].seq == i + 1
  bool truncated = false;  ///< the file ended early: the run was killed

  std::string_view text(StringId id) const { return strings.text(id); }
  std::optional<Event> find(std::uint32_t seq) const {
    if (seq < 1 || seq > events.size()) return std::nullopt;
    return events[seq - 1];
  }
};

/// Returns a copy in which `change(event, strings)` was applied to every event.
template <class Change>
Trace changed(const Trace& trace, Change change) {
  Trace copy = trace;
  copy.events.clear();
  for (Event event : trace.events) {
    change(event, copy.strings);
    copy.events.push_back(event);
  }
  return copy;
}

}  // namespace proactor_lab
