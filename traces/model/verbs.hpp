// The one table of verbs: what an operation's result counts, and how it and its call are worded.
// What shows or judges a result asks here, and compares no opcode's text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/values/opcode.hpp"

namespace proactor_lab {

/// What a result that is no error counts.
enum class Counts : std::uint8_t {
  nothing,
  bytes,
  handle,     ///< it is one: the accepted connection, the opened file
  operations  ///< that were found and cancelled
};

/// Which way a verb moves bytes through the handle.
enum class Direction : std::uint8_t { none, in, out };

/// What an operation may be waiting for in the system.
enum class WaitsFor : std::uint8_t { peer, clock, disk, network };

struct Verb {
  Opcode opcode = Opcode::none;  ///< `none`: not one of ours; nothing is known of its results
  Counts counts = Counts::nothing;
  Direction direction = Direction::none;
  bool in_order = false;     ///< the bytes are a handle's, in their order: no datagram
  bool zero_ends = false;    ///< 0, if more was asked for: the end of a stream or file
  bool falls_short = false;  ///< fewer than asked for is worth a remark
  bool expires = false;      ///< ETIME is what was asked for
  WaitsFor waits_for = WaitsFor::peer;
  std::string_view end{};   ///< how its end is called
  std::string_view call{};  ///< how programs call it, where that is not "async_" and its name
};

/// `name` as traces have it. Foreign names give a row of `Opcode::none`.
const Verb& verb_named(std::string_view name);
const Verb& verb_of(Opcode opcode);

/// Bytes come into its buffer.
inline bool fills_buffer(Opcode opcode) { return verb_of(opcode).direction == Direction::in; }
inline bool receives_in_order(Opcode opcode) {
  return verb_of(opcode).in_order && fills_buffer(opcode);
}
inline bool sends_in_order(Opcode opcode) {
  return verb_of(opcode).in_order && verb_of(opcode).direction == Direction::out;
}

}  // namespace proactor_lab
