// A program of operations as plain data: the fuzzer generates, runs, shrinks and prints it.
//
//   0: receive s length 16
//   1: send a length 10 link soft
//   2: shutdown a side send
//   peer of s sends 4
//   phase keeps_buffers
//   3: cancel step 0
//   4: no_op after 3
//
// A program is a list of phases. The steps of a phase are started together and submitted as one
// batch. Then the outside world acts. Then completions are taken until no more come. A step with
// `after` is started when that earlier step of its phase is over. There is one step per line,
// numbered from 0. Lines without a number are acts of the world, or begin the next phase.
//
// Handles are letters:
//   a b   the two ends of a connection, both held by the program; c d those of another
//   s t   streams whose peers are in the outside world
//   l     a listener;  u a stream socket that is not connected
//   r w   the read end and the write end of a pipe
//   g h   datagram sockets
//   f     a file of 32 bytes, open for reading and writing; i only for reading, o only for writing
//   x     a handle that was closed before the program began;  n no handle
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/async_operation.hpp"

namespace proactor_lab::fuzz {

inline constexpr int no_step = -1;
inline constexpr char no_handle = 'n';
inline constexpr std::string_view handle_names = "abcdstlurwghfioxn";
inline constexpr std::size_t steps_max = 16;
inline constexpr std::size_t phases_max = 4;
inline constexpr std::size_t acts_max = 8;                ///< of the world, in one program
inline constexpr std::uint32_t length_max = 4096;         ///< never fills a connection's buffer
inline constexpr std::uint32_t pipe_length_max = 65'536;  ///< for pipes: fills the pipe

/// When a timer or link timeout expires.
enum class Timing : std::uint8_t {
  brief,    ///< soon
  lasting,  ///< never while a program runs
  at_once,  ///< after a delay of zero
  negative  ///< a delay below zero, which is an error
};

struct Step {
  Opcode opcode = Opcode::no_op;
  bool now = false;  ///< cancel: `OperatingSystem::cancel_now`, which is no operation
  char handle = no_handle;
  std::uint32_t length = 0;  ///< of the buffer
  std::uint32_t offset = 0;  ///< read, write
  bool many = false;         ///< accept, receive: multishot; a receive then has provided buffers
  bool provided = false;     ///< receive, read: into a provided buffer
  bool missing = false;      ///< the target of connect, send_to or open does not exist
  Timing timing = Timing::brief;
  bool absolute = false;  ///< timer, link_timeout: the deadline is an instant, not a delay
  ShutdownSide side = ShutdownSide::both;
  Readiness readiness = Readiness::readable;
  OperationFlags flags = OperationFlags::none;
  Link link = Link::none;
  int target = no_step;  ///< cancel: the step to cancel
  int after = no_step;   ///< started when that step is over
  int phase = 0;
  friend bool operator==(const Step&, const Step&) = default;
};

enum class ActKind : std::uint8_t {
  sends,     ///< the peer of a stream sends bytes
  finishes,  ///< it ends its side of the stream
  resets,    ///< it breaks the connection
  closes,    ///< it closes its socket
  connects,  ///< a client connects to the listener
  datagram,  ///< a datagram comes to one of the sockets
  wakes,     ///< `wake` is called
  run_out,   ///< from now on no descriptors are left
  come_back  ///< descriptors are available again
};

/// What the outside world does after a phase's steps were submitted.
struct Act {
  ActKind kind = ActKind::sends;
  char handle = no_handle;   ///< its peer acts, or the datagram goes to it
  std::uint32_t length = 0;  ///< sends, datagram
  friend bool operator==(const Act&, const Act&) = default;
};

struct Phase {
  /// Provided buffers are not given back when their completions are taken. They are given back when
  /// a phase without this flag begins.
  bool keeps_buffers = false;
  /// The phase ends without waiting, and the next one begins at once.
  bool hurries = false;
  std::vector<Act> acts;
  friend bool operator==(const Phase&, const Phase&) = default;
};

struct Program {
  std::vector<Step> steps;  ///< in the order of their phases
  std::vector<Phase> phases{1};
  friend bool operator==(const Program&, const Program&) = default;

  /// True if a step or an act names one of `handles`.
  bool uses(std::string_view handles) const;
  bool uses(Opcode opcode) const;
};

bool is_timeout(Opcode opcode);
/// True if the verb needs a handle.
bool takes_handle(Opcode opcode);

std::string to_text(const Step& step);
std::string to_text(const Act& act);
std::string to_text(const Program& program);

/// Throws std::invalid_argument, naming the line.
Program parse_program(std::string_view text);

/// Makes `program` valid with as few changes as possible: a step comes after an earlier one of its
/// phase, a chain ends within the steps that are started together, and fields that the verb does
/// not use have their default values.
void mend(Program& program);

/// The program without step `gone`. Cancels of it cancel nothing; steps after it now come after the
/// step that it came after.
Program without(const Program& program, std::size_t gone);
/// The program without the boundary between `phase` and the one before it.
Program joined(const Program& program, std::size_t phase);

}  // namespace proactor_lab::fuzz
