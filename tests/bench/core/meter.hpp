// What every server of the comparison shares: the size of a request, how it says where it listens,
// and the meter that ends it. A server of this bench runs in a process of its own; the bench talks
// to it over its standard output, one line at a time.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>

namespace proactor_lab::bench {

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

/// Counts the requests a server has answered. After `warm_up` of them the measuring starts, after
/// `requests` more the meter prints what they cost and ends the process: a signal would not
/// interrupt a wait under valgrind, and every server pays the same two instructions for it.
class Meter {
 public:
  Meter(std::uint64_t warm_up, std::uint64_t requests)
      : next_mark_(warm_up == 0 ? requests : warm_up),
        requests_(requests),
        measuring_(warm_up == 0) {}

  /// One thread serves.
  void served() {
    if (++served_ == next_mark_) mark();
  }
  /// Several do.
  void served_by_one_of_many() {
    if (served_by_many_.fetch_add(1, std::memory_order_relaxed) + 1 >= next_mark_) {
      mark_among_many();
    }
  }

 private:
  void mark();
  void mark_among_many();

  std::uint64_t served_ = 0;
  std::atomic<std::uint64_t> served_by_many_ = 0;
  std::atomic<std::uint64_t> next_mark_;
  std::uint64_t requests_;
  bool measuring_;
  Usage start_;
  std::mutex marking_;
};

/// A socket that listens on a free port of the loopback, for servers that open their own.
int listen_on_loopback();
std::uint16_t port_of(int listener);
/// Tells the bench where to connect to.
void announce_port(std::uint16_t port);

/// Ends the server with the call's name and the system's error.
[[noreturn]] void give_up(const char* call, int error);
/// What a system call returned, or the end where it failed.
int checked(int returned, const char* call);

}  // namespace proactor_lab::bench
