// The one table of verbs: what an operation's result counts, and the words for the operation and
// its call. Code that shows or judges a result queries this table and does not compare opcode
// texts.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/values/opcode.hpp"

namespace proactor_lab {

/// What a non-negative result counts.
enum class Counts : std::uint8_t {
  nothing,
  bytes,
  handle,     ///< the result is a handle: the accepted connection, the opened file
  operations  ///< that were found and cancelled
};

/// Direction in which the operation moves bytes through the handle.
enum class Direction : std::uint8_t { none, in, out };

/// What an operation in flight waits for.
enum class WaitsFor : std::uint8_t { peer, clock, disk, network };

struct Verb {
  Opcode opcode = Opcode::none;  ///< `none`: foreign; the meaning of its results is unknown
  Counts counts = Counts::nothing;
  Direction direction = Direction::none;
  bool in_order = false;     ///< the bytes are part of the handle's byte stream (not a datagram)
  bool zero_ends = false;    ///< result 0, if more was requested, means the end of a stream or file
  bool falls_short = false;  ///< a result below the requested count is noteworthy
  bool expires = false;      ///< -ETIME is the requested outcome
  WaitsFor waits_for = WaitsFor::peer;
  std::string_view end{};   ///< name of that end
  std::string_view call{};  ///< name of the call in programs; empty: "async_" + opcode
};

/// `name` is the opcode as written in traces. Unknown names return a row with `Opcode::none`.
const Verb& verb_named(std::string_view name);
const Verb& verb_of(Opcode opcode);

/// True if the operation writes bytes into its buffer.
inline bool fills_buffer(Opcode opcode) { return verb_of(opcode).direction == Direction::in; }
inline bool receives_in_order(Opcode opcode) {
  return verb_of(opcode).in_order && fills_buffer(opcode);
}
inline bool sends_in_order(Opcode opcode) {
  return verb_of(opcode).in_order && verb_of(opcode).direction == Direction::out;
}

}  // namespace proactor_lab
