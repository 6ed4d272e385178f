// What every server of the comparison shares: the size of a request, how it reports its port, and
// the meter that ends it. Each server runs in a separate process. The bench reads the server's
// standard output line by line.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>

namespace proactor_lab::bench {

class LockstepClients;

inline constexpr std::size_t request_bytes = 64;
/// Size of a server's buffer per connection.
inline constexpr std::size_t buffer_bytes = 1024;

/// Resources that a process has used so far.
struct Usage {
  std::int64_t cpu_ns = 0;
  std::int64_t switches_voluntary = 0;
  std::int64_t switches_involuntary = 0;

  static Usage of_this_process();
};

/// The plan of a measurement: after `warm_up` requests, `requests` more are measured.
struct MeterPlan {
  std::uint64_t warm_up = 0;
  std::uint64_t requests = 0;
  /// Number of clients that the meter itself runs in lockstep with the server. Both numbers above
  /// are multiples of it. 0: the clients are in another process.
  std::size_t lockstep_clients = 0;
};

/// Counts the requests that a server has answered. The measurement starts after `warm_up` of them.
/// After `requests` more the meter prints the cost and ends the process. A signal would not
/// interrupt a wait under valgrind, and every server pays the same two instructions for the
/// counter.
class Meter {
 public:
  explicit Meter(const MeterPlan& plan);
  ~Meter();

  /// The server calls this once, before it serves. Prints the port for the bench. In lockstep,
  /// connects the clients and sends their first requests.
  void listens_on(std::uint16_t port);

  /// Counts one request. For servers with one thread.
  void served() {
    if (++served_ == next_mark_) mark();
  }
  /// Counts one request. For servers with several threads. Not in lockstep.
  void served_by_one_of_many() {
    if (served_by_many_.fetch_add(1, std::memory_order_relaxed) + 1 >= next_mark_) {
      mark_among_many();
    }
  }

  bool in_lockstep() const { return clients_ != nullptr; }
  /// Lockstep only: `action` is called whenever all requests are answered. Its cost is not counted.
  void before_each_turn(std::function<void()> action) { before_each_turn_ = std::move(action); }

 private:
  // Callgrind's options name these two functions (instructions.cpp): nothing inside `mark` is
  // counted, and `start_measuring` clears the count. So neither may be inlined.
  [[gnu::noinline]] void mark();
  [[gnu::noinline]] void start_measuring();
  void mark_among_many();
  void take_turn();
  [[noreturn]] void finish();

  std::uint64_t served_ = 0;
  std::atomic<std::uint64_t> served_by_many_ = 0;
  std::atomic<std::uint64_t> next_mark_;
  const MeterPlan plan_;
  bool measuring_ = false;
  Usage start_;
  std::mutex marking_;
  std::unique_ptr<LockstepClients> clients_;
  std::function<void()> before_each_turn_;
};

/// Returns a socket that listens on a free port of the loopback address, for servers that open
/// their own.
int listen_on_loopback();
std::uint16_t port_of(int listener);

/// Prints the call's name and the system's error, and ends the server.
[[noreturn]] void give_up(const char* call, int error);
/// Returns the result of a system call. Ends the server if the call failed.
int checked(int returned, const char* call);

}  // namespace proactor_lab::bench
