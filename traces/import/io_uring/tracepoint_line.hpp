// Parses one line of io_uring tracepoints as printed by ftrace (trace, trace_pipe), trace-cmd
// report and perf script. These formats are not a stable interface: fields are looked up by name,
// and the caller counts what is unknown.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace proactor_lab {

enum class TracepointLineKind : std::uint8_t {
  io_uring,     ///< an io_uring tracepoint
  other,        ///< another tracepoint
  lost,         ///< the recorder lost `number` events; 0: number unknown
  overwritten,  ///< ftrace's heading: `number` events are no longer in the buffer
  remark,       ///< headings, blank lines
  unreadable,
};

/// Views into the parsed line, which must outlive this.
struct TracepointLine {
  TracepointLineKind kind = TracepointLineKind::unreadable;
  std::int64_t time = 0;     ///< nanoseconds, or ticks if `in_ticks`
  bool in_ticks = false;     ///< the clock counts ticks (x86-tsc): the time has no decimal point
  bool interrupt = false;    ///< in an interrupt: the thread is unrelated to the event
  std::int32_t thread = -1;  ///< the system's id of the thread; -1: not given
  std::string_view task;     ///< the thread's name
  std::string_view event;    ///< the tracepoint's name without "io_uring_"
  std::string_view fields;   ///< the text after the name
  std::uint64_t number = 0;

  /// The value after the word `key`, as in "key value," or "key=value,"; empty if the key is
  /// absent.
  std::string_view field(std::string_view key) const;
};

TracepointLine parse_tracepoint_line(std::string_view line);

/// "0x1f", "31", "-4"; nullopt if it is not a 64-bit number.
std::optional<std::int64_t> number_in(std::string_view text);
/// Hexadecimal, with or without its "0x".
std::optional<std::uint64_t> hexadecimal_in(std::string_view text);

}  // namespace proactor_lab
