// The other end of a stream. It belongs to the world, not to the tested system: live a blocking
// socket, simulated an end of the network.
#pragma once

#include <string>
#include <string_view>

#include "sim/world/network.hpp"

namespace proactor_lab::conformance {

class Peer final : private NetworkOwner {
 public:
  explicit Peer(int descriptor) : descriptor_(descriptor) {}
  Peer(Network& network, std::uint16_t port);
  ~Peer();
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  void send(std::string_view text);
  /// No more bytes will follow.
  void end();
  void reset();
  void close();

 private:
  void readable(EndId, FactIndex) override {}
  void writable(EndId, FactIndex) override {}
  void acceptable(std::uint16_t, FactIndex) override {}

  int descriptor_ = -1;
  Network* network_ = nullptr;
  EndId end_ = no_end;
};

}  // namespace proactor_lab::conformance
