// Parses one line of Asio's handler tracking. The grammar is the same in all versions:
//
// @asio|<seconds>.<microseconds>|<action>|<description>
//
// The action is n*m (handler n created operation m), n^m (the source location where it did), >n and
// <n (handler n entered, returned), !n (left by an exception), ~n (destroyed without being
// entered), .n (a system call tried for operation n) or n (a call on an object, such as close).
// Handler 0 means none.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace proactor_lab {

inline constexpr std::string_view asio_mark = "@asio|";

enum class AsioAction : std::uint8_t {
  created,
  place,
  entered,
  left,
  threw,
  destroyed,
  tried,
  called,
};

/// "ec=asio.misc:2".
struct AsioError {
  std::string_view category;
  std::int64_t value = 0;
};

/// The texts point into the parsed line, which must outlive this.
struct AsioLine {
  AsioAction action = AsioAction::called;
  std::uint64_t seconds = 0;
  std::uint32_t microseconds = 0;
  std::uint64_t context = 0;  ///< of created, place, called: the handler in which it happened
  std::uint64_t id = 0;       ///< of created, place and all others: the handler and its operation

  std::string_view type;  ///< of created, called: "socket"
  std::uint64_t object = 0;
  std::string_view name;  ///< also of tried: "async_receive", "close", "non_blocking_recv"

  std::string_view function;  ///< of place; empty if it names none
  std::string_view file;
  std::uint32_t line = 0;

  std::optional<AsioError> error;  ///< of entered, tried
  std::optional<std::uint64_t> bytes;
  std::optional<std::int64_t> signal;
};

/// REQUIRES: `text` begins with `asio_mark`. Returns nullopt if the line does not match the
/// grammar.
std::optional<AsioLine> parse_asio_line(std::string_view text);

}  // namespace proactor_lab
