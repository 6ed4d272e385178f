// A coroutine that can be awaited: the body of a program, or a part of it. On the Proactor an await
// ends when an operation's handler would be called (core/awaitable.hpp); in a blocking program an
// await is a system call (core/blocking/). The type is the same.
#pragma once

#include <atomic>
#include <coroutine>
#include <exception>
#include <optional>
#include <utility>

namespace proactor_lab {

/// What every promise knows: its awaiter, and the outermost coroutine, whose frame owns all that it
/// awaits. To destroy a suspended coroutine, destroy its root.
struct PromiseBase {
  std::coroutine_handle<> awaiter;
  std::coroutine_handle<> root;
  std::exception_ptr failure;
  /// Set by the coroutine at its end and by its awaiter once it is suspended. The second of the two
  /// continues the awaiter. With workers they may run on different threads.
  std::atomic<bool> met{false};

  std::suspend_always initial_suspend() noexcept { return {}; }
  struct ResumeAwaiter {
    bool await_ready() noexcept { return false; }
    template <class Promise>
    void await_suspend(std::coroutine_handle<Promise> self) noexcept {
      const std::coroutine_handle<> waiting = self.promise().awaiter;
      if (self.promise().met.exchange(true, std::memory_order_acq_rel)) waiting.resume();
    }
    void await_resume() noexcept {}
  };
  ResumeAwaiter final_suspend() noexcept { return {}; }
  void unhandled_exception() { failure = std::current_exception(); }
};

template <class Value>
struct ValuePromise : PromiseBase {
  std::optional<Value> value;
  void return_value(Value result) { value = std::move(result); }
  Value take() { return std::move(*value); }
};
template <>
struct ValuePromise<void> : PromiseBase {
  void return_void() {}
  void take() {}
};

/// Starts when it is awaited, or when a system spawns it; owns its coroutine. An exception that
/// leaves the body is rethrown by the `co_await`, or by the system's run.
template <class Value>
class TaskOf {
 public:
  struct promise_type : ValuePromise<Value> {
    TaskOf get_return_object() {
      return TaskOf(std::coroutine_handle<promise_type>::from_promise(*this));
    }
  };

  TaskOf(TaskOf&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
  TaskOf& operator=(TaskOf&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~TaskOf() {
    if (handle_) handle_.destroy();
  }

  std::coroutine_handle<> handle() const { return handle_; }
  bool done() const { return handle_.done(); }
  void rethrow() const {
    if (handle_.promise().failure) std::rethrow_exception(handle_.promise().failure);
  }

  bool await_ready() const noexcept { return false; }
  /// Runs the task on this thread until it first suspends. This does not use symmetric transfer,
  /// which keeps the stack flat only if the compiler optimizes; a loop may await a million tasks
  /// that never suspend.
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> awaiter) noexcept {
    auto& promise = handle_.promise();
    promise.awaiter = awaiter;
    promise.root = awaiter.promise().root;
    handle_.resume();
    return !promise.met.exchange(true, std::memory_order_acq_rel);
  }
  Value await_resume() const {
    rethrow();
    return handle_.promise().take();
  }

 private:
  explicit TaskOf(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
  std::coroutine_handle<promise_type> handle_;
};

using Task = TaskOf<void>;

}  // namespace proactor_lab
