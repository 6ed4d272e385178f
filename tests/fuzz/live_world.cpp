#include "tests/fuzz/live_world.hpp"

#include <array>
#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/live/live_handles.hpp"

namespace proactor_lab::fuzz {
namespace {

int check(int result, const char* what) {
  if (result < 0) throw std::system_error(errno, std::system_category(), what);
  return result;
}

int open_socket(int type) {
  const int low = check(socket(AF_INET, type | SOCK_CLOEXEC, 0), "socket of the world");
  const int descriptor = fcntl(low, F_DUPFD_CLOEXEC, world_descriptors);
  ::close(low);
  return check(descriptor, "descriptor of the world");
}

void avoid_time_wait(int descriptor) {
  const linger at_once{1, 0};
  setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
}

}  // namespace

void close_without_trace(int descriptor) {
  avoid_time_wait(descriptor);
  ::close(descriptor);
}

LiveWorld::LiveWorld(const Program& program) {
  std::size_t connections = 0;
  bool datagrams = false;
  for (const char stream : {'s', 't'}) connections += program.uses({&stream, 1}) ? 1 : 0;
  for (const Phase& phase : program.phases) {
    for (const Act& act : phase.acts) {
      connections += act.kind == ActKind::connects ? 1 : 0;
      datagrams |= act.kind == ActKind::datagram;
    }
  }
  for (std::size_t i = 0; i < connections; ++i) peers_.push_back({open_socket(SOCK_STREAM), false});
  if (datagrams) datagrams_ = open_socket(SOCK_DGRAM);
}

LiveWorld::~LiveWorld() {
  for (const Peer& peer : peers_) {
    if (peer.descriptor >= 0) close_without_trace(peer.descriptor);
  }
  if (datagrams_ >= 0) ::close(datagrams_);
}

PeerId LiveWorld::connect(Endpoint listener) {
  const sockaddr_in address = address_of(listener);
  // The listener may be closed by now. Then the connect has no effect, as in the simulation.
  [[maybe_unused]] const int connected = ::connect(
      peers_.at(next_).descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof(address));
  return next_++;
}

void LiveWorld::send(PeerId peer, std::span<const std::byte> bytes) {
  const auto sent =
      ::send(peers_[peer].descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  peers_[peer].broken |= sent < 0 && errno == ECONNRESET;
}

void LiveWorld::finish(PeerId peer) { shutdown(peers_[peer].descriptor, SHUT_WR); }

void LiveWorld::reset(PeerId peer) {
  close_without_trace(peers_[peer].descriptor);
  peers_[peer].descriptor = -1;
}

void LiveWorld::close(PeerId peer) {
  ::close(peers_[peer].descriptor);
  peers_[peer].descriptor = -1;
}

void LiveWorld::send_datagram(Endpoint to, std::span<const std::byte> bytes) {
  const sockaddr_in address = address_of(to);
  [[maybe_unused]] const auto sent =
      sendto(datagrams_, bytes.data(), bytes.size(), 0, reinterpret_cast<const sockaddr*>(&address),
             sizeof(address));
}

World::Received LiveWorld::received(PeerId peer) {
  Received received;
  received.broken = peers_[peer].broken;
  std::array<std::byte, 4096> bytes;
  while (true) {
    const auto count = recv(peers_[peer].descriptor, bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (count > 0) {
      received.bytes.insert(received.bytes.end(), bytes.begin(), bytes.begin() + count);
      continue;
    }
    received.broken |= count < 0 && errno != EAGAIN;
    received.ended = count == 0 && !received.broken;
    return received;
  }
}

}  // namespace proactor_lab::fuzz
