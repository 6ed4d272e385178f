#include "tests/bench/core/load.hpp"

#include <array>
#include <cerrno>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/bench/core/meter.hpp"

namespace proactor_lab::bench {
namespace {

constexpr std::size_t connections_an_address = 8000;  // an address has about 28,000 ephemeral ports
constexpr int standstill_ms_max = 10'000;
constexpr std::array<char, request_bytes> request{};

sockaddr_in loopback(std::uint32_t host, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK + host);
  address.sin_port = htons(port);
  return address;
}

}  // namespace

bool allow_descriptors(std::size_t count) {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur >= count) return true;
  limit.rlim_cur = count;
  if (limit.rlim_max < count) limit.rlim_max = count;  // permitted for root only
  return setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

Load::Load(std::uint16_t port) : port_(port), epoll_(checked(epoll_create1(0), "epoll_create1")) {}

Load::~Load() {
  for (const int each : connections_) close(each);
  close(epoll_);
}

bool Load::connect_one() {
  const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return false;
  connections_.push_back(descriptor);
  const auto host = static_cast<std::uint32_t>(connections_.size() / connections_an_address);
  const sockaddr_in from = loopback(host, 0);
  const sockaddr_in to = loopback(0, port_);
  const int yes = 1;
  setsockopt(descriptor, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &yes, sizeof(yes));
  if (bind(descriptor, reinterpret_cast<const sockaddr*>(&from), sizeof(from)) < 0 ||
      ::connect(descriptor, reinterpret_cast<const sockaddr*>(&to), sizeof(to)) < 0) {
    return false;
  }
  // No client waits for ever, whatever the server does.
  const timeval patience{standstill_ms_max / 1000, 0};
  setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  std::array<char, request_bytes> answer;
  if (!send_request(descriptor) ||
      recv(descriptor, answer.data(), answer.size(), MSG_WAITALL) != ssize_t{request_bytes}) {
    return false;
  }
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = descriptor;
  if (epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event) < 0) return false;
  if (missing_.size() <= static_cast<std::size_t>(descriptor)) {
    missing_.resize(static_cast<std::size_t>(descriptor) + 1);
  }
  return true;
}

bool Load::connect(std::size_t count) {
  while (connections_.size() < count) {
    if (!connect_one()) return false;
  }
  return true;
}

bool Load::send_request(int descriptor) {
  return send(descriptor, request.data(), request.size(), MSG_NOSIGNAL) == ssize_t{request_bytes};
}

Load::End Load::run_to(std::uint64_t count, std::chrono::seconds limit) {
  const auto until = std::chrono::steady_clock::now() + limit;
  std::uint64_t to_send = count;
  std::uint64_t to_come = count;
  for (const int each : connections_) {
    if (to_send == 0) break;
    missing_[static_cast<std::size_t>(each)] = request_bytes;
    if (!send_request(each)) return End::closed;  // the server's meter reached its end
    --to_send;
  }
  std::array<epoll_event, 256> events;
  std::array<char, request_bytes> answer;
  while (std::chrono::steady_clock::now() < until) {
    const int ready =
        epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), standstill_ms_max);
    if (ready == 0) return End::out_of_time;
    for (int i = 0; i < ready; ++i) {
      const int descriptor = events[static_cast<std::size_t>(i)].data.fd;
      std::size_t& missing = missing_[static_cast<std::size_t>(descriptor)];
      const ssize_t bytes = recv(descriptor, answer.data(), missing, MSG_DONTWAIT);
      if (bytes < 0 && errno == EAGAIN) continue;
      if (bytes <= 0) return End::closed;
      missing -= static_cast<std::size_t>(bytes);
      if (missing > 0) continue;
      if (--to_come == 0) return End::answered;
      if (to_send == 0) continue;
      missing = request_bytes;
      if (!send_request(descriptor)) return End::closed;
      --to_send;
    }
  }
  return End::out_of_time;
}

}  // namespace proactor_lab::bench
