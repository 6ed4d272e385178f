// Ends the process if a system does not return, because a play that hangs cannot be stopped.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "core/values/time.hpp"
#include "tests/fuzz/program.hpp"

namespace proactor_lab::fuzz {

class Watchdog {
 public:
  /// Receives the program that was played for too long, and the system's name.
  using OnHang = std::function<void(const Program&, const std::string& system)>;
  /// `on_hang` is called on a thread of the watchdog.
  Watchdog(Duration limit, OnHang on_hang);
  /// Prints the program and the system, and ends the process with exit code 1.
  explicit Watchdog(Duration limit);
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  /// While this exists, `program` is being played on `system`. Both must outlive it.
  class Guard {
   public:
    Guard(Watchdog& watchdog, const Program& program, const char* system);
    ~Guard();
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;

   private:
    Watchdog& watchdog_;
  };

 private:
  void watch(Duration limit);

  OnHang on_hang_;
  std::atomic<const Program*> program_{nullptr};
  std::atomic<const char*> system_{nullptr};
  std::atomic<std::uint64_t> play_{0};  // counts the plays
  bool ends_ = false;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::thread thread_;
};

}  // namespace proactor_lab::fuzz
