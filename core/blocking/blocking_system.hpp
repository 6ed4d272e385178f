// The interface of the system for programs that block. Each call is awaited. Its result is a count,
// a handle or a negated error number. On the simulated system an await suspends a simulated thread;
// on a live system it blocks the real one.
//
//   const Handle connection{co_await system.accept(listener)};
//   const std::int32_t bytes = co_await system.read(connection, buffer);
#pragma once

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

#include "core/blocking/blocking_call.hpp"
#include "core/values/task.hpp"

namespace proactor_lab {

class BlockingSystem {
 public:
  virtual ~BlockingSystem() = default;

  /// As in OperatingSystem: calls that never wait. A negative result is a negated error number.
  /// Labels must outlive the run.
  virtual std::int32_t listen(Endpoint endpoint, const char* label) = 0;
  virtual std::int32_t open_stream_socket(const char* label) = 0;
  /// A set of watched handles, which reports those that can be read (epoll_create(2)).
  virtual std::int32_t open_ready_set(const char* label) = 0;
  virtual Lock make_lock(const char* label) = 0;
  virtual Condition make_condition(const char* label) = 0;
  /// Keeps a copy of `text` for the run, for use as a label.
  virtual const char* keep(std::string_view text) = 0;

  /// Makes `call` for the running thread. Returns false if the call is done and the thread
  /// continues. Returns true if the thread is suspended; it is resumed later with `call.result`
  /// set.
  virtual bool begin(BlockingCall& call, std::coroutine_handle<> thread) = 0;
  /// Prepares a thread for `start_thread`; takes ownership of `task`. An exception that leaves
  /// `task` is rethrown by the system's run.
  virtual std::uint32_t prepare_thread(Task task, const char* label) = 0;

  class [[nodiscard]] Awaited {
   public:
    Awaited(BlockingSystem& system, const BlockingCall& call) : system_(system), call_(call) {}
    bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> thread) { return system_.begin(call_, thread); }
    std::int32_t await_resume() const noexcept { return call_.result; }

   private:
    BlockingSystem& system_;
    BlockingCall call_;
  };

  // --- Threads -----------------------------------------------------------------------------------

  /// Starts a thread that runs `task`. EAGAIN if there are too many threads.
  Awaited spawn(Task task, const char* label) {
    return {
        *this,
        {.kind = BlockingCallKind::start_thread, .thread = prepare_thread(std::move(task), label)}};
  }
  /// Uses the CPU for `duration`.
  Awaited compute(Duration duration) {
    return {*this, {.kind = BlockingCallKind::compute, .duration = duration}};
  }
  /// Waits for `duration` without using the CPU.
  Awaited sleep(Duration duration) {
    return {*this, {.kind = BlockingCallKind::sleep, .duration = duration}};
  }

  // --- Streams -----------------------------------------------------------------------------------

  /// accept(2): a new connection's handle.
  Awaited accept(Handle listener) {
    return {*this, {.kind = BlockingCallKind::accept, .handle = listener}};
  }
  /// connect(2).
  Awaited connect(Handle socket, Endpoint endpoint) {
    return {*this, {.kind = BlockingCallKind::connect, .handle = socket, .endpoint = endpoint}};
  }
  /// read(2): at least one byte, 0 at the end of the stream.
  Awaited read(Handle stream, std::span<std::byte> buffer) {
    return {*this,
            {.kind = BlockingCallKind::read,
             .handle = stream,
             .data = buffer.data(),
             .length = buffer.size()}};
  }
  /// write(2): waits until there is space; may be short.
  Awaited write(Handle stream, std::span<const std::byte> buffer) {
    return {*this,
            {.kind = BlockingCallKind::write,
             .handle = stream,
             .data = const_cast<std::byte*>(buffer.data()),
             .length = buffer.size()}};
  }
  /// close(2). A thread that waits on the handle receives EBADF.
  Awaited close(Handle handle) {
    return {*this, {.kind = BlockingCallKind::close, .handle = handle}};
  }

  // --- Readiness: which handles can be read without waiting. Moves no bytes. --------------------

  /// poll(2) for reading: the index of the first handle that is ready. EBADF if any is not open.
  Awaited poll(std::span<const Handle> handles) {
    return {*this, {.kind = BlockingCallKind::poll, .handles = handles}};
  }
  /// Makes `set` report `watched` once, as `key`, when it can be read (epoll_ctl(2), EPOLLONESHOT).
  /// To have it reported again, watch it again.
  Awaited watch(Handle set, Handle watched, std::uint32_t key) {
    return {*this,
            {.kind = BlockingCallKind::watch, .handle = set, .watched = watched, .key = key}};
  }
  /// Waits until watched handles can be read. Returns their number and writes their keys to `keys`
  /// (epoll_wait(2)).
  Awaited wait_ready(Handle set, std::span<std::uint32_t> keys) {
    return {*this, {.kind = BlockingCallKind::wait_ready, .handle = set, .keys = keys}};
  }

  // --- Locks and conditions (POSIX threads) -----------------------------------------------------

  Awaited lock(Lock lock) { return {*this, {.kind = BlockingCallKind::lock, .lock = lock}}; }
  /// EBUSY if another thread holds it.
  Awaited try_lock(Lock lock) {
    return {*this, {.kind = BlockingCallKind::try_lock, .lock = lock}};
  }
  /// EPERM if the calling thread does not hold it.
  Awaited unlock(Lock lock) { return {*this, {.kind = BlockingCallKind::unlock, .lock = lock}}; }
  /// Releases `lock`, waits for a notification and acquires `lock` again. ECANCELED: the run ends
  /// (live system only).
  Awaited wait(Condition condition, Lock lock) {
    return {*this, {.kind = BlockingCallKind::wait, .lock = lock, .condition = condition}};
  }
  Awaited notify_one(Condition condition) {
    return {*this, {.kind = BlockingCallKind::notify_one, .condition = condition}};
  }
  Awaited notify_all(Condition condition) {
    return {*this, {.kind = BlockingCallKind::notify_all, .condition = condition}};
  }
};

}  // namespace proactor_lab
