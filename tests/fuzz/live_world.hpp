// The outside world of live plays: sockets of the kernel that do not belong to the tested system.
#pragma once

#include <vector>

#include "tests/fuzz/play.hpp"

namespace proactor_lab::fuzz {

/// Its descriptors are out of the way of those that the system gives out, and are all opened
/// beforehand.
class LiveWorld final : public World {
 public:
  /// Throws std::system_error.
  explicit LiveWorld(const Program& program);
  ~LiveWorld() override;
  LiveWorld(const LiveWorld&) = delete;
  LiveWorld& operator=(const LiveWorld&) = delete;

  PeerId connect(Endpoint listener) override;
  void send(PeerId peer, std::span<const std::byte> bytes) override;
  void finish(PeerId peer) override;
  void reset(PeerId peer) override;
  void close(PeerId peer) override;
  void send_datagram(Endpoint to, std::span<const std::byte> bytes) override;
  Received received(PeerId peer) override;

 private:
  struct Peer {
    int descriptor = -1;
    bool broken = false;  // a send was told so, once and for all
  };

  std::vector<Peer> peers_;
  PeerId next_ = 0;
  int datagrams_ = -1;
};

/// What is closed next leaves nothing behind in the kernel.
void close_without_trace(int descriptor);

/// Descriptors from this number on belong to the world.
inline constexpr int world_descriptors = 512;

}  // namespace proactor_lab::fuzz
