// A server of the comparison in a separate process: this program again, with arguments that make it
// serve.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include <sys/types.h>

#include "tests/bench/core/servers.hpp"

namespace proactor_lab::bench {

/// The cores: one for the server only, another one for the clients. -1: only one core exists.
struct Cores {
  int server = -1;
  int clients = -1;
  static Cores of_this_machine();
};
/// Binds the calling thread to a core. -1: does nothing.
void pin_to(int core);

struct ServerOptions {
  /// By default the server does not end by itself.
  MeterPlan plan = {.requests = ~std::uint64_t{0} / 2};
  int core = -1;
  std::vector<std::string> wrapper;  ///< a command that runs it, such as valgrind
};

/// What the server's meter printed at the end.
struct ServerReport {
  bool whole = false;  ///< false: it ended before the measurement was complete
  Usage usage;
  long virtual_kilobytes = 0;
  long resident_kilobytes = 0;
};

/// The destructor kills the process if it still runs.
class ServerProcess {
 public:
  ServerProcess(const ServerKind& kind, const ServerOptions& options);
  ~ServerProcess();
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  /// The port to connect to; 0 if the server did not start.
  std::uint16_t port() const { return port_; }
  /// CPU time of all its threads so far, including those that the kernel runs for it.
  std::int64_t cpu_ns() const;
  /// Current resident memory.
  long resident_kilobytes() const;
  /// Waits for its end, at most `limit`.
  ServerReport report(std::chrono::seconds limit = std::chrono::seconds(15));

 private:
  bool read_line(std::string& line, int timeout_ms);
  void end();

  pid_t process_ = -1;
  int output_ = -1;
  std::string unread_;
  std::uint16_t port_ = 0;
};

}  // namespace proactor_lab::bench
