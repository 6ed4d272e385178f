// One line of Asio's handler tracking, taken apart. The grammar is that of all versions:
//
//   @asio|<seconds>.<microseconds>|<action>|<description>
//
// where the action is n*m (handler n made operation m), n^m (the place in the source where it did),
// >n and <n (handler n entered, left), !n (left by an exception), ~n (destroyed, never entered), .n
// (a system call tried for operation n) or n (a call on an object, as close). Handler 0: none.
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

/// Texts point into the line.
struct AsioLine {
  AsioAction action = AsioAction::called;
  std::uint64_t seconds = 0;
  std::uint32_t microseconds = 0;
  std::uint64_t context = 0;  ///< of created, place, called: the handler in which it happened
  std::uint64_t id = 0;       ///< of all others and these two: the handler and its operation

  std::string_view type;  ///< of created, called: "socket"
  std::uint64_t object = 0;
  std::string_view name;  ///< also of tried: "async_receive", "close", "non_blocking_recv"

  std::string_view function;  ///< of place; empty where it names none
  std::string_view file;
  std::uint32_t line = 0;

  std::optional<AsioError> error;  ///< of entered, tried
  std::optional<std::uint64_t> bytes;
  std::optional<std::int64_t> signal;
};

/// `text` begins with the mark. None where it does not keep to the grammar.
std::optional<AsioLine> parse_asio_line(std::string_view text);

}  // namespace proactor_lab
