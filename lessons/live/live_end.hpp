// What ends a live run from outside: SIGINT, SIGTERM, a time limit.
#pragma once

#include <csignal>
#include <functional>
#include <thread>

#include "core/values/time.hpp"

namespace proactor_lab {

/// One at a time in a process.
class LiveEnd {
 public:
  /// Takes the signals from here on. `stop` is called once, on a thread of this.
  LiveEnd(std::function<void()> stop, Duration limit);
  ~LiveEnd();
  LiveEnd(const LiveEnd&) = delete;
  LiveEnd& operator=(const LiveEnd&) = delete;

  /// A signal came.
  static bool interrupted();

 private:
  int event_;
  struct sigaction before_interrupt_ {};
  struct sigaction before_terminate_ {};
  std::thread thread_;
};

}  // namespace proactor_lab
