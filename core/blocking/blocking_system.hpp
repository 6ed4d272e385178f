// The second seam: what the models that block ask of the system. Each call is awaited; it returns
// the system's result, a count or a handle, or a negated error number. On the simulated system an
// await parks a simulated thread, live it blocks the real one.
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

  /// As OperatingSystem's: calls that never wait. A negative number is the negated error. Labels
  /// must outlive the run.
  virtual std::int32_t listen(Endpoint endpoint, const char* label) = 0;
  virtual std::int32_t open_stream_socket(const char* label) = 0;
  /// A set of handles of which one wants to know which can be read (epoll_create(2)).
  virtual std::int32_t open_ready_set(const char* label) = 0;
  virtual Lock make_lock(const char* label) = 0;
  virtual Condition make_condition(const char* label) = 0;
  /// Keeps a copy of `text`, for a label that is made up.
  virtual const char* keep(std::string_view text) = 0;

  /// Makes `call` for the running thread. False: it is over, the thread goes on. True: the thread
  /// is parked, and `thread` will be resumed with `call.result` set.
  virtual bool begin(BlockingCall& call, std::coroutine_handle<> thread) = 0;
  /// A thread to be, for `start_thread`; it takes `task` over. What `task` throws comes out of the
  /// system's run.
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

  /// Starts a thread that runs `task`. EAGAIN where there are too many.
  Awaited spawn(Task task, const char* label) {
    return {
        *this,
        {.kind = BlockingCallKind::start_thread, .thread = prepare_thread(std::move(task), label)}};
  }
  /// Burns CPU.
  Awaited compute(Duration duration) {
    return {*this, {.kind = BlockingCallKind::compute, .duration = duration}};
  }
  /// Waits without a CPU.
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
  /// write(2): waits for room, may be short.
  Awaited write(Handle stream, std::span<const std::byte> buffer) {
    return {*this,
            {.kind = BlockingCallKind::write,
             .handle = stream,
             .data = const_cast<std::byte*>(buffer.data()),
             .length = buffer.size()}};
  }
  /// close(2). A thread that waits on the handle hears EBADF.
  Awaited close(Handle handle) {
    return {*this, {.kind = BlockingCallKind::close, .handle = handle}};
  }

  // --- Readiness: who can be read without waiting? Moves no byte.
  // ---------------------------------

  /// poll(2) for reading: the index of the first handle that is ready. EBADF where any is not open.
  Awaited poll(std::span<const Handle> handles) {
    return {*this, {.kind = BlockingCallKind::poll, .handles = handles}};
  }
  /// Has `set` report `watched` under `key` once, when it can be read (epoll_ctl(2), EPOLLONESHOT).
  /// To hear of it again, watch it again.
  Awaited watch(Handle set, Handle watched, std::uint32_t key) {
    return {*this,
            {.kind = BlockingCallKind::watch, .handle = set, .watched = watched, .key = key}};
  }
  /// Waits until watched handles can be read: how many, their keys in `keys` (epoll_wait(2)).
  Awaited wait_ready(Handle set, std::span<std::uint32_t> keys) {
    return {*this, {.kind = BlockingCallKind::wait_ready, .handle = set, .keys = keys}};
  }

  // --- Locks and conditions (POSIX threads)
  // -------------------------------------------------------

  Awaited lock(Lock lock) { return {*this, {.kind = BlockingCallKind::lock, .lock = lock}}; }
  /// EBUSY where another thread has it.
  Awaited try_lock(Lock lock) {
    return {*this, {.kind = BlockingCallKind::try_lock, .lock = lock}};
  }
  /// EPERM where the thread does not have it.
  Awaited unlock(Lock lock) { return {*this, {.kind = BlockingCallKind::unlock, .lock = lock}}; }
  /// Gives `lock` back, waits until notified, takes it again. ECANCELED: the run ends (live).
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
