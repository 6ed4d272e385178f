// One line of a text with io_uring tracepoints, as ftrace (trace, trace_pipe), trace-cmd report and
// perf script print it. The formats are no stable interface: what is asked for is looked up by its
// name, and what is not known is left to the caller to count.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace proactor_lab {

enum class TracepointLineKind : std::uint8_t {
  io_uring,     ///< an io_uring tracepoint
  other,        ///< another tracepoint
  lost,         ///< the recorder says that it lost events; `number` of them, 0: how many it lost is
                ///< not known
  overwritten,  ///< ftrace's heading: `number` events are no longer in the buffer
  remark,       ///< headings, blank lines
  unreadable,
};

/// Views into the line, which must outlive it.
struct TracepointLine {
  TracepointLineKind kind = TracepointLineKind::unreadable;
  std::int64_t time = 0;     ///< nanoseconds; ticks where `in_ticks`
  bool in_ticks = false;     ///< the clock counts, as x86-tsc does: the time has no decimal point
  bool interrupt = false;    ///< in an interruption: whose thread it was says nothing
  std::int32_t thread = -1;  ///< the system's number of the thread; -1: not told
  std::string_view task;     ///< the thread's name
  std::string_view event;    ///< the tracepoint's name without "io_uring_"
  std::string_view fields;   ///< what follows the name
  std::uint64_t number = 0;

  /// What stands after the word `key`, as in "key value," or "key=value,"; empty where it is not
  /// there.
  std::string_view field(std::string_view key) const;
};

TracepointLine parse_tracepoint_line(std::string_view line);

/// "0x1f", "31", "-4"; nothing where it is no number of 64 bits.
std::optional<std::int64_t> number_in(std::string_view text);
/// Hexadecimal, with or without its "0x".
std::optional<std::uint64_t> hexadecimal_in(std::string_view text);

}  // namespace proactor_lab
