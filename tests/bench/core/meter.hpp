// What every server of the comparison shares: the size of a request, how it says where it listens,
// and the meter that ends it. A server of this bench runs in a process of its own; the bench talks
// to it over its standard output, one line at a time.
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
/// What a server reserves for a connection's bytes.
inline constexpr std::size_t buffer_bytes = 1024;

/// What a process used up so far.
struct Usage {
  std::int64_t cpu_ns = 0;
  std::int64_t switches_voluntary = 0;
  std::int64_t switches_involuntary = 0;

  static Usage of_this_process();
};

/// What a meter measures: after `warm_up` requests, `requests` more.
struct MeterPlan {
  std::uint64_t warm_up = 0;
  std::uint64_t requests = 0;
  /// Number of clients that the meter itself plays, in lockstep with the server. Both numbers above
  /// are multiples of it. 0: the clients are elsewhere.
  std::size_t lockstep_clients = 0;
};

/// Counts the requests a server has answered. After `warm_up` of them the measuring starts, after
/// `requests` more the meter prints what they cost and ends the process: a signal would not
/// interrupt a wait under valgrind, and every server pays the same two instructions for it.
class Meter {
 public:
  explicit Meter(const MeterPlan& plan);
  ~Meter();

  /// The server calls this once, before it serves. Tells the bench where to connect to; in
  /// lockstep, connects the clients and sends their first requests.
  void listens_on(std::uint16_t port);

  /// One thread serves.
  void served() {
    if (++served_ == next_mark_) mark();
  }
  /// Several do. Not in lockstep.
  void served_by_one_of_many() {
    if (served_by_many_.fetch_add(1, std::memory_order_relaxed) + 1 >= next_mark_) {
      mark_among_many();
    }
  }

  bool in_lockstep() const { return clients_ != nullptr; }
  /// Lockstep only: `action` is called whenever all requests are answered; it is not counted.
  void before_each_turn(std::function<void()> action) { before_each_turn_ = std::move(action); }

 private:
  // Callgrind's options name these two functions (instructions.cpp): nothing inside `mark` is
  // counted, and `start_measuring` clears the count. So neither is inlined.
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

/// A socket that listens on a free port of the loopback, for servers that open their own.
int listen_on_loopback();
std::uint16_t port_of(int listener);

/// Ends the server with the call's name and the system's error.
[[noreturn]] void give_up(const char* call, int error);
/// What a system call returned, or the end where it failed.
int checked(int returned, const char* call);

}  // namespace proactor_lab::bench
