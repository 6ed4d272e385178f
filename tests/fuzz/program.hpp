// A program of operations as plain data: what the fuzzer makes, runs, shrinks and prints.
//
//   0: receive a length 16
//   1: send b length 10 link soft
//   2: shutdown b side send
//   3: cancel step 0 after 2
//
// One step a line, numbered from 0. A step is initiated at once, or where it says `after`, in the
// handler of that step. `a` and `b` are the ends of a connection, `c` and `d` those of another; `l`
// is a listener, `u` a stream that is not connected, `f` a file with 32 bytes in it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/async_operation.hpp"

namespace proactor_lab::fuzz {

inline constexpr int no_step = -1;
inline constexpr char no_handle = ' ';
inline constexpr std::size_t steps_max = 16;
inline constexpr std::uint32_t length_max = 4096;  ///< never fills a connection's buffer

struct Step {
  Opcode opcode = Opcode::no_op;
  char handle = no_handle;
  std::uint32_t length = 0;  ///< of the buffer: receive, send, read, write
  std::uint32_t offset = 0;  ///< read, write
  bool many = false;         ///< receive, accept: multishot; a receive then uses provided buffers
  bool lasting = false;      ///< timer, link_timeout: never expires while anybody looks
  ShutdownSide side = ShutdownSide::both;
  Readiness readiness = Readiness::readable;
  Link link = Link::none;
  int target = no_step;  ///< cancel
  int after = no_step;   ///< initiated when that step is over
  friend bool operator==(const Step&, const Step&) = default;
};

struct Program {
  std::vector<Step> steps;
  friend bool operator==(const Program&, const Program&) = default;

  bool uses(std::string_view handles) const;
  bool uses(Opcode opcode) const;
};

std::string to_text(const Program& program);

/// Throws std::invalid_argument, naming the line.
Program parse_program(std::string_view text);

/// What holds of every program, made so by changing as little as possible: a step comes after an
/// earlier one; a chain ends with what is initiated together; where handles are closed none are
/// opened, as a number that is used again would name something else; and all is cancelled at most
/// once.
void mend(Program& program);

/// Without step `gone`: what cancelled it cancels nothing, what came after it comes after what it
/// came after itself.
Program without(const Program& program, std::size_t gone);

}  // namespace proactor_lab::fuzz
