// The clients: connections that send a request, wait for the answer, and send the next (a closed
// loop), all on the calling thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace proactor_lab::bench {

class Load {
 public:
  explicit Load(std::uint16_t port);
  ~Load();
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  /// Connects until there are `count` connections, each with one request answered. Returns false if
  /// one fails.
  bool connect(std::size_t count);

  /// Keeps every connection busy until `count` requests are answered; none is pending then. Returns
  /// false if the server ends a connection, makes no progress or takes longer than `limit`.
  bool run(std::uint64_t count, std::chrono::seconds limit) {
    return run_to(count, limit) == End::answered;
  }
  /// Like `run`, until the server ends the connections.
  bool run_until_closed(std::chrono::seconds limit) {
    return run_to(~std::uint64_t{0}, limit) == End::closed;
  }

 private:
  enum class End { answered, closed, out_of_time };
  End run_to(std::uint64_t count, std::chrono::seconds limit);
  bool connect_one();
  bool send_request(int descriptor);

  std::uint16_t port_;
  int epoll_;
  std::vector<int> connections_;
  std::vector<std::size_t> missing_;  // by descriptor: bytes of the answer still to come
};

/// Raises the limit of descriptors of this process and its children. Returns false if the system
/// refuses.
bool allow_descriptors(std::size_t count);

}  // namespace proactor_lab::bench
