// Ends a live run from outside: on SIGINT, SIGTERM or a time limit.
#pragma once

#include <csignal>
#include <functional>
#include <thread>

#include "core/values/time.hpp"

namespace proactor_lab {

/// At most one instance per process.
class LiveEnd {
 public:
  /// Installs the signal handlers until destroyed. `stop` is called at most once, on a thread owned
  /// by this object. A `limit` of 0 means none.
  LiveEnd(std::function<void()> stop, Duration limit);
  ~LiveEnd();
  LiveEnd(const LiveEnd&) = delete;
  LiveEnd& operator=(const LiveEnd&) = delete;

  /// True if SIGINT or SIGTERM was received.
  static bool interrupted();

 private:
  int event_;
  struct sigaction before_interrupt_ {};
  struct sigaction before_terminate_ {};
  std::thread thread_;
};

}  // namespace proactor_lab
