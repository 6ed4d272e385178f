// Completion Handlers as coroutines: `co_await socket.receive(buffer)` initiates the operation, and
// the coroutine resumes where a handler would be called, on the loop thread or a worker. The
// mechanism is that of every handler: the slot stores a small callable that resumes the coroutine,
// and is freed before it is called.
//
//   Task session(StreamSocket socket) {
//     std::array<std::byte, 1024> buffer;
//     while (true) {
//       auto [error, bytes] = co_await socket.receive(buffer);
//       if (error || bytes == 0) break;
//       co_await socket.send(std::span(buffer).first(bytes));
//     }
//     co_await socket.close();
//   }
//   spawn(session(socket));
#pragma once

#include <concepts>
#include <coroutine>
#include <exception>
#include <system_error>
#include <utility>

#include "core/proactor.hpp"
#include "core/strand.hpp"
#include "core/values/task.hpp"

namespace proactor_lab {

/// The outcome of an operation. `value` is what its handler would receive beside the error.
template <class Value>
struct Result {
  std::error_code error;
  Value value{};
};

/// The value of operations that yield only an error: `Result<Done>` converts to `std::error_code`.
struct Done {};
template <>
struct Result<Done> {
  std::error_code error;
  Done value{};
  operator std::error_code() const { return error; }
};

namespace coroutines {

/// An exception that left a spawned coroutine, until the handler that resumed the coroutine
/// returns. The frame is destroyed by then, and resuming is synchronous, so one variable per thread
/// suffices.
inline thread_local std::exception_ptr escaped;

inline void rethrow_escaped() {
  if (escaped) std::rethrow_exception(std::exchange(escaped, nullptr));
}

/// The outermost coroutine: it has no awaiter and destroys itself at its end.
struct Root {
  struct promise_type {
    std::coroutine_handle<> root = std::coroutine_handle<promise_type>::from_promise(*this);
    Root get_return_object() noexcept { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    void unhandled_exception() noexcept { escaped = std::current_exception(); }
  };
};

inline Root run_detached(Task task) { co_await std::move(task); }

}  // namespace coroutines

/// Runs `task` until it first suspends; from then on completions drive it. It is destroyed at its
/// end, or with the Proactor whose operation it awaits. An exception that leaves it is thrown from
/// here, or from `Proactor::run`.
inline void spawn(Task task) {
  coroutines::run_detached(std::move(task));
  coroutines::rethrow_escaped();
}

/// An operation that is not initiated yet; `co_await` initiates it.
template <class Value>
class [[nodiscard]] Awaitable {
 public:
  Awaitable(Proactor& proactor, const OperationRequest& request, CallSite site)
      : proactor_(proactor), request_(request), site_(site) {}

  /// The handler's name in traces, as `named` gives it to a callback.
  Awaitable& named(const char* name) {
    name_ = name;
    return *this;
  }

  /// Resumes the coroutine in this strand.
  Awaitable& on(const Strand& strand) {
    strand_ = strand.number();
    return *this;
  }

  bool await_ready() const noexcept { return false; }
  /// If there are workers, the coroutine may be resumed before this returns.
  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> coroutine) {
    using Bound = StrandHandler<NamedHandler<Resume>>;
    Resume resume(*this, coroutine, coroutine.promise().root);
    proactor_.initiate(request_, Bound{strand_, {name_, std::move(resume)}}, site_);
  }
  Result<Value> await_resume() const { return result_; }

 private:
  /// Resumes the awaiting coroutine. If it is destroyed without being called, it destroys the
  /// coroutine together with everything that the coroutine awaits.
  class Resume {
   public:
    Resume(Awaitable& awaitable, std::coroutine_handle<> coroutine, std::coroutine_handle<> root)
        : awaitable_(&awaitable), coroutine_(coroutine), root_(root) {}
    Resume(Resume&& other) noexcept
        : awaitable_(other.awaitable_),
          coroutine_(other.coroutine_),
          root_(std::exchange(other.root_, {})) {}
    Resume(const Resume&) = delete;
    Resume& operator=(const Resume&) = delete;
    ~Resume() {
      if (root_) root_.destroy();
    }
    void operator()(std::error_code error, Value value) requires(!std::same_as<Value, Done>) {
      resume({error, value});
    }
    void operator()(std::error_code error) requires(std::same_as<Value, Done>) {
      resume({error, {}});
    }

   private:
    void resume(Result<Value> result) {
      root_ = {};  // from here on the coroutine destroys itself
      awaitable_->result_ = result;
      coroutine_.resume();
      coroutines::rethrow_escaped();
    }

    Awaitable* awaitable_;
    std::coroutine_handle<> coroutine_;
    std::coroutine_handle<> root_;
  };

  Proactor& proactor_;
  OperationRequest request_;
  CallSite site_;
  const char* name_ = "";
  std::uint32_t strand_ = 0;
  Result<Value> result_;
};

}  // namespace proactor_lab
