#include "tests/conformance/peer.hpp"

#include <span>

#include <sys/socket.h>
#include <unistd.h>

namespace proactor_lab::conformance {

Peer::Peer(Network& network, std::uint16_t port)
    : network_(&network), end_(network.open(this, 0, "peer")) {
  network.connect(end_, port, 0);
}

Peer::~Peer() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void Peer::send(std::string_view text) {
  if (network_ != nullptr) {
    network_->send(end_, std::as_bytes(std::span(text.data(), text.size())), 0);
  } else {
    [[maybe_unused]] const auto sent = ::send(descriptor_, text.data(), text.size(), MSG_NOSIGNAL);
  }
}

void Peer::end() {
  if (network_ != nullptr) return network_->shutdown_send(end_, 0);
  shutdown(descriptor_, SHUT_WR);
}

void Peer::reset() {
  if (network_ != nullptr) return network_->reset(end_, 0);
  const linger at_once{1, 0};
  setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
  ::close(descriptor_);
  descriptor_ = -1;
}

void Peer::close() {
  if (network_ != nullptr) {
    network_->abandon(end_);
    return network_->shutdown_send(end_, 0);
  }
  ::close(descriptor_);
  descriptor_ = -1;
}

}  // namespace proactor_lab::conformance
