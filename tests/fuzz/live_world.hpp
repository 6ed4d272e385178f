// The outside world of live plays: kernel sockets that do not belong to the tested system.
#pragma once

#include <vector>

#include "tests/fuzz/play.hpp"

namespace proactor_lab::fuzz {

/// Opens all its descriptors at the start, with numbers that do not collide with those of the
/// system.
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
    bool broken = false;  // a send failed with ECONNRESET; stays set
  };

  std::vector<Peer> peers_;
  PeerId next_ = 0;
  int datagrams_ = -1;
};

/// Closes `descriptor` so that no connection in TIME_WAIT remains in the kernel.
void close_without_trace(int descriptor);

/// The world's descriptors have at least this number.
inline constexpr int world_descriptors = 512;

}  // namespace proactor_lab::fuzz
