#include "tests/bench/core/lockstep_clients.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>

#include <arpa/inet.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/bench/core/meter.hpp"

namespace proactor_lab::bench {
namespace {

constexpr std::chrono::seconds standstill_max(10);
constexpr int descriptors_max =
    1024;  // the server's descriptors are below this: it has a few dozen
constexpr std::array<char, request_bytes> request{};

/// The peer's port; 0 if `descriptor` is no connected socket.
std::uint16_t port_of_peer(int descriptor) {
  sockaddr_in address{};
  socklen_t size = sizeof(address);
  if (getpeername(descriptor, reinterpret_cast<sockaddr*>(&address), &size) < 0) return 0;
  return ntohs(address.sin_port);
}

std::uint64_t bytes_arrived_at(int descriptor) {
  tcp_info info{};
  socklen_t size = sizeof(info);
  checked(getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, &info, &size), "getsockopt(TCP_INFO)");
  return info.tcpi_bytes_received;
}

}  // namespace

LockstepClients::~LockstepClients() {
  for (const int each : clients_) close(each);
}

void LockstepClients::connect(std::uint16_t port) {
  sockaddr_in server{};
  server.sin_family = AF_INET;
  server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  server.sin_port = htons(port);
  // If the server never answers, the bench reports that instead of waiting for ever.
  const timeval patience{standstill_max.count(), 0};
  while (clients_.size() < count_) {
    const int client = checked(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
    clients_.push_back(client);
    checked(setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)), "setsockopt");
    checked(::connect(client, reinterpret_cast<const sockaddr*>(&server), sizeof(server)),
            "connect");
  }
  send_requests();
}

void LockstepClients::take_turn() {
  if (server_ends_.empty()) find_server_ends();
  std::array<char, request_bytes> answer;
  for (const int each : clients_) {
    const ssize_t bytes = recv(each, answer.data(), answer.size(), MSG_WAITALL);
    if (bytes != ssize_t{request_bytes}) give_up("a lockstep client's recv", bytes < 0 ? errno : 0);
  }
  send_requests();
  wait_for_arrival();
}

void LockstepClients::send_requests() {
  for (const int each : clients_) {
    const ssize_t bytes = send(each, request.data(), request.size(), MSG_NOSIGNAL);
    if (bytes != ssize_t{request_bytes}) give_up("a lockstep client's send", bytes < 0 ? errno : 0);
  }
  bytes_sent_ += request_bytes;
}

/// A busy kernel may deliver bytes after send(2) has returned. If the server continued before, it
/// would find some of the requests now and the others in its next wait. Whether bytes can be
/// received is no evidence: io_uring may have received them already.
void LockstepClients::wait_for_arrival() const {
  const auto until = std::chrono::steady_clock::now() + standstill_max;
  for (const int each : server_ends_) {
    while (bytes_arrived_at(each) < bytes_sent_) {
      if (std::chrono::steady_clock::now() > until) give_up("a request's arrival", ETIMEDOUT);
      sched_yield();
    }
  }
}

/// The server's descriptors are not known here, but their peers' ports are the clients' own.
void LockstepClients::find_server_ends() {
  std::vector<std::uint16_t> ports;
  for (const int each : clients_) ports.push_back(port_of(each));
  for (int descriptor = 0; descriptor < descriptors_max; ++descriptor) {
    const std::uint16_t peer = port_of_peer(descriptor);
    if (std::find(ports.begin(), ports.end(), peer) != ports.end()) {
      server_ends_.push_back(descriptor);
    }
  }
  if (server_ends_.size() != count_) give_up("looking for the server's connections", ENOTCONN);
}

}  // namespace proactor_lab::bench
