// Plays a program once on a given system and returns what completed, in which order.
//
// Operations are started on the operating system directly, and completions are taken from its
// queue. There is no layer between the program and the system.
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
  /// What a peer that has neither reset nor closed has received.
  virtual Received received(PeerId peer) = 0;
};

/// A system and the world around it.
class Stage {
 public:
  virtual ~Stage() = default;
  virtual OperatingSystem& os() = 0;
  virtual World& world() = 0;
  /// Called when the program begins: handles have been opened and connected.
  virtual void begin() = 0;
  /// Called when the program is over or abandoned. Pending operations are released next.
  virtual void end() {}
  /// The delay of a brief timer.
  virtual Duration brief_delay() = 0;
  virtual void start(AsyncOperation& operation) = 0;
  /// Submits the started operations and takes what has completed by then.
  virtual void submit(CompletionEventQueue& queue) = 0;
  /// Called between two actions of the program or the world. Some of the pending work may happen
  /// now. Takes what completes then.
  virtual void let_some_happen(CompletionEventQueue&) {}
  /// Submits and waits. False if nothing came within the stage's patience. The program `expects`
  /// something if an operation is pending.
  virtual bool wait(CompletionEventQueue& queue, bool expects) = 0;

  const char* file = "";     ///< path of a file with `file_bytes` bytes, each `file_byte`
  const char* no_file = "";  ///< a path at which no file exists
};

/// Observes a play.
class Watcher {
 public:
  virtual ~Watcher() = default;
  /// Returns false if the play is no longer of interest. It then ends with `Abandoned`.
  virtual bool on_event(const Event& event) = 0;
  virtual bool on_end_of_phase(int phase) = 0;
};
struct Abandoned {};

/// About the maximum number of descriptors that a system opens in one play.
inline constexpr int descriptors_max = 48;
/// The file's initial content.
inline constexpr std::size_t file_bytes = 32;
inline constexpr std::byte file_byte{0xFE};
/// The group of provided buffers.
inline constexpr std::uint16_t buffer_count = 2;
inline constexpr std::uint32_t buffer_size = 16;

/// Throws std::system_error if the handles cannot be opened. When it returns, no operation of the
/// program is pending.
Outcome play(const Program& program, Stage& stage, Watcher* watcher = nullptr);

}  // namespace proactor_lab::fuzz
