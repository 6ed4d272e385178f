// Ends the process if a call does not return in time, and prints which call.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <utility>

namespace proactor_lab::testing {

class Watchdog {
 public:
  explicit Watchdog(std::chrono::milliseconds limit) : limit_(limit) {}
  ~Watchdog() {
    over_ = true;
    thread_.join();
  }
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  /// Printed with the call's name: how to repeat the run.
  void set_history(std::string history) { history_ = std::move(history); }

  /// Runs `call`, which must return within `limit`.
  template <class Call>
  auto bounded(const char* name, Call&& call) {
    struct Guard {
      Watchdog& watchdog;
      ~Guard() { watchdog.since_ns_ = 0; }
    };
    name_ = name;
    since_ns_ = now_ns();
    const Guard guard{*this};
    return call();
  }

 private:
  static std::int64_t now_ns() {
    return std::chrono::steady_clock::now().time_since_epoch() / std::chrono::nanoseconds(1);
  }

  void watch() {
    while (!over_) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      const std::int64_t since = since_ns_;
      if (since == 0 || now_ns() - since < limit_ / std::chrono::nanoseconds(1)) continue;
      std::fprintf(stderr, "%s does not come back (%s)\n", name_.load(), history_.c_str());
      std::abort();
    }
  }

  std::chrono::milliseconds limit_;
  std::string history_;
  std::atomic<const char*> name_{""};
  std::atomic<std::int64_t> since_ns_{0};
  std::atomic<bool> over_{false};
  std::thread thread_{[this] { watch(); }};
};

}  // namespace proactor_lab::testing
