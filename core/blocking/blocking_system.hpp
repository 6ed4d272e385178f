// The second seam: what the models that block ask of the system. Each call is awaited; it returns
// the system's result, a count or a handle, or a negated error number.
//
//   const Handle connection{co_await system.accept(listener)};
//   const std::int32_t bytes = co_await system.read(connection, buffer);
#pragma once

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <span>

#include "core/handle.hpp"
#include "core/task.hpp"
#include "core/time.hpp"

namespace proactor_lab {

enum class BlockingCallKind : std::uint8_t { accept, connect, read, write, poll, close, compute };

/// One call under way. `buffer` must live until it returns.
struct BlockingCall {
  BlockingCallKind kind{};
  Handle handle = Handle::none;
  std::byte* data = nullptr;
  std::size_t length = 0;
  std::span<const Handle> handles{};  ///< poll: wait until one of them can be read
  Endpoint endpoint{};
  Duration duration{0};
  std::int32_t result = 0;
};

class BlockingSystem {
 public:
  virtual ~BlockingSystem() = default;

  /// Starts a thread that runs `task`. `label` must outlive the run.
  virtual void spawn(Task task, const char* label) = 0;

  /// As OperatingSystem's: calls that never wait. A negative number is the negated error.
  virtual std::int32_t listen(Endpoint endpoint, const char* label) = 0;
  virtual std::int32_t open_stream_socket(const char* label) = 0;

  /// Makes `call` for the running thread. False: it is over, the thread goes on. True: the thread
  /// is parked, and `thread` will be resumed with `call.result` set.
  virtual bool begin(BlockingCall& call, std::coroutine_handle<> thread) = 0;

  class Awaited {
   public:
    Awaited(BlockingSystem& system, const BlockingCall& call) : system_(system), call_(call) {}
    bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> thread) { return system_.begin(call_, thread); }
    std::int32_t await_resume() const noexcept { return call_.result; }

   private:
    BlockingSystem& system_;
    BlockingCall call_;
  };

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
  /// poll(2) for reading: the index of the first handle that is ready. Reports readiness, moves no
  /// byte.
  Awaited poll(std::span<const Handle> handles) {
    return {*this, {.kind = BlockingCallKind::poll, .handles = handles}};
  }
  /// close(2).
  Awaited close(Handle handle) {
    return {*this, {.kind = BlockingCallKind::close, .handle = handle}};
  }
  /// Burns CPU.
  Awaited compute(Duration duration) {
    return {*this, {.kind = BlockingCallKind::compute, .duration = duration}};
  }
};

}  // namespace proactor_lab
