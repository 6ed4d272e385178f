// Plays a program once, on whatever system it is given, and says what completed, in which order.
//
// Operations are started on the processor itself and completions taken from its queue: nothing is
// between the program and the system.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "core/operating_system.hpp"
#include "tests/fuzz/outcome.hpp"
#include "tests/fuzz/program.hpp"

namespace proactor_lab::fuzz {

using PeerId = std::size_t;

/// The outside world: the other ends of connections, and a sender of datagrams.
class World {
 public:
  virtual ~World() = default;
  /// Connects to a listener.
  virtual PeerId connect(Endpoint listener) = 0;
  virtual void send(PeerId peer, std::span<const std::byte> bytes) = 0;
  virtual void finish(PeerId peer) = 0;
  virtual void reset(PeerId peer) = 0;
  virtual void close(PeerId peer) = 0;
  virtual void send_datagram(Endpoint to, std::span<const std::byte> bytes) = 0;

  struct Received {
    std::vector<std::byte> bytes;
    bool ended = false;
    bool broken = false;
  };
  /// What has come to a peer that has neither reset nor closed.
  virtual Received received(PeerId peer) = 0;
};

/// A system and the world around it.
class Stage {
 public:
  virtual ~Stage() = default;
  virtual OperatingSystem& os() = 0;
  virtual World& world() = 0;
  /// The program begins: handles have been opened and connected.
  virtual void begin() = 0;
  /// It is over, or abandoned: what is under way is released next.
  virtual void end() {}
  /// How long a timer runs that is brief.
  virtual Duration brief_delay() = 0;
  virtual void start(AsyncOperation& operation) = 0;
  /// Submits what was started and takes what has completed by then.
  virtual void submit(CompletionEventQueue& queue) = 0;
  /// Between two things that the program or the world does: some of what is under way may happen
  /// now. Takes what completes then.
  virtual void let_some_happen(CompletionEventQueue&) {}
  /// Submits and waits. False: for as long as the stage is willing to wait nothing came. The
  /// program `expects` something if an operation is under way.
  virtual bool wait(CompletionEventQueue& queue, bool expects) = 0;

  const char* file = "";     ///< path of a file with `file_bytes` bytes, each `file_byte`
  const char* no_file = "";  ///< a path at which there is none
};

/// Follows a play while it goes on.
class Watcher {
 public:
  virtual ~Watcher() = default;
  /// False: the play is of no interest any more; it ends with `Abandoned`.
  virtual bool on_event(const Event& event) = 0;
  virtual bool on_end_of_phase(int phase) = 0;
};
struct Abandoned {};

/// So many descriptors a system gives out in a play, about.
inline constexpr int descriptors_max = 48;
/// What the file has in it at first.
inline constexpr std::size_t file_bytes = 32;
inline constexpr std::byte file_byte{0xFE};
/// Of the group of provided buffers.
inline constexpr std::uint16_t buffer_count = 2;
inline constexpr std::uint32_t buffer_size = 16;

/// Throws std::system_error if the handles cannot be had. When it returns nothing of the program is
/// under way any more.
Outcome play(const Program& program, Stage& stage, Watcher* watcher = nullptr);

}  // namespace proactor_lab::fuzz
