// A server of the comparison, running in a process of its own: this program once more, told to
// serve.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include <sys/types.h>

#include "tests/bench/core/servers.hpp"

namespace proactor_lab::bench {

/// Which core runs what: the server has one to itself, the clients another. -1: only one is there.
struct Cores {
  int server = -1;
  int clients = -1;
  static Cores of_this_machine();
};
/// Binds the calling thread to a core; -1 leaves it alone.
void pin_to(int core);

struct ServerOptions {
  /// By default the server does not end by itself.
  MeterPlan plan = {.requests = ~std::uint64_t{0} / 2};
  int core = -1;
  std::vector<std::string> wrapper;  ///< a command that runs it, such as valgrind
};

/// What the meter of a server wrote at its end.
struct ServerReport {
  bool whole = false;  ///< false: it ended before it was measured
  Usage usage;
  long virtual_kilobytes = 0;
  long resident_kilobytes = 0;
};

/// Ended by its process id at the latest when this is destroyed.
class ServerProcess {
 public:
  ServerProcess(const ServerKind& kind, const ServerOptions& options);
  ~ServerProcess();
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  /// Where to connect to; 0 where it did not come up.
  std::uint16_t port() const { return port_; }
  /// What all its threads used up so far, also those that the kernel runs for it.
  std::int64_t cpu_ns() const;
  /// Resident memory as it is now.
  long resident_kilobytes() const;
  /// Waits for its end, not longer than `limit`.
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
