// A queue between threads, written as a Monitor Object: one lock, and a condition on which threads
// wait while the queue is empty.
#pragma once

#include <deque>
#include <optional>
#include <utility>

#include "core/blocking/blocking_system.hpp"

namespace proactor_lab {

template <class Value>
class MonitorQueue {
 public:
  explicit MonitorQueue(BlockingSystem& system)
      : system_(system),
        lock_(system.make_lock("queue")),
        filled_(system.make_condition("queue")) {}

  Task put(Value value) {
    co_await system_.lock(lock_);
    values_.push_back(std::move(value));
    co_await system_.unlock(lock_);
    co_await system_.notify_one(filled_);
  }

  /// Waits until there is a value. Returns none if the run ends.
  TaskOf<std::optional<Value>> take() {
    std::int32_t result = co_await system_.lock(lock_);
    while (result >= 0 && values_.empty()) result = co_await system_.wait(filled_, lock_);
    if (result < 0) co_return std::nullopt;
    std::optional<Value> value(std::move(values_.front()));
    values_.pop_front();
    co_await system_.unlock(lock_);
    co_return value;
  }

 private:
  BlockingSystem& system_;
  Lock lock_;
  Condition filled_;
  std::deque<Value> values_;  // guarded by `lock_`
};

}  // namespace proactor_lab
