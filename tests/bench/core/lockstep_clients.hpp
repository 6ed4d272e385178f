// Clients that run on the server's own thread and alternate with it: all of them send a request,
// then the server runs until it has answered all. So each wait of the server finds the same
// completions, however busy the machine is, and the server's instructions can be counted exactly.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace proactor_lab::bench {

class LockstepClients {
 public:
  /// Not connected yet.
  explicit LockstepClients(std::size_t count) : count_(count) {}
  ~LockstepClients();
  LockstepClients(const LockstepClients&) = delete;
  LockstepClients& operator=(const LockstepClients&) = delete;

  std::size_t count() const { return count_; }

  /// REQUIRES: the server listens. It need not have accepted: the kernel completes the connections
  /// without it. Also sends the first requests. Errors end the process.
  void connect(std::uint16_t port);

  /// REQUIRES: the server has sent an answer to every client. Receives the answers, sends the next
  /// requests, and returns when all of these have arrived at the server's sockets. Errors end the
  /// process.
  void take_turn();

 private:
  void send_requests();
  void wait_for_arrival() const;
  void find_server_ends();

  const std::size_t count_;
  std::vector<int> clients_;
  std::vector<int> server_ends_;  // the server's descriptors of the same connections
  std::uint64_t bytes_sent_ = 0;  // on each connection
};

}  // namespace proactor_lab::bench
