// A system call of a thread, as a value. The thread waits for its result.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/values/handle.hpp"
#include "core/values/time.hpp"

namespace proactor_lab {

enum class BlockingCallKind : std::uint8_t {
  accept,
  connect,
  read,
  write,
  poll,
  watch,
  wait_ready,
  close,
  start_thread,
  sleep,
  lock,
  try_lock,
  unlock,
  wait,
  notify_one,
  notify_all,
  compute,
};

/// The enumerator's name, as used in traces.
constexpr const char* name_of(BlockingCallKind kind) {
  switch (kind) {
    case BlockingCallKind::accept:
      return "accept";
    case BlockingCallKind::connect:
      return "connect";
    case BlockingCallKind::read:
      return "read";
    case BlockingCallKind::write:
      return "write";
    case BlockingCallKind::poll:
      return "poll";
    case BlockingCallKind::watch:
      return "watch";
    case BlockingCallKind::wait_ready:
      return "wait_ready";
    case BlockingCallKind::close:
      return "close";
    case BlockingCallKind::start_thread:
      return "start_thread";
    case BlockingCallKind::sleep:
      return "sleep";
    case BlockingCallKind::lock:
      return "lock";
    case BlockingCallKind::try_lock:
      return "try_lock";
    case BlockingCallKind::unlock:
      return "unlock";
    case BlockingCallKind::wait:
      return "wait";
    case BlockingCallKind::notify_one:
      return "notify_one";
    case BlockingCallKind::notify_all:
      return "notify_all";
    case BlockingCallKind::compute:
      return "compute";
  }
  return "call";
}

/// Traces show locks with separate events, and computing is not a call.
constexpr bool is_system_call(BlockingCallKind kind) {
  switch (kind) {
    case BlockingCallKind::lock:
    case BlockingCallKind::try_lock:
    case BlockingCallKind::unlock:
    case BlockingCallKind::compute:
      return false;
    default:
      return true;
  }
}

/// True if the call moves bytes or makes a connection, which costs the kernel extra work.
constexpr bool moves_data(BlockingCallKind kind) {
  return kind == BlockingCallKind::accept || kind == BlockingCallKind::connect ||
         kind == BlockingCallKind::read || kind == BlockingCallKind::write;
}

/// A mutex, and a condition variable: plain values, like handles.
enum class Lock : std::uint32_t {};
enum class Condition : std::uint32_t {};

/// One call in progress. What it points to must live until it returns.
struct BlockingCall {
  BlockingCallKind kind{};
  Handle handle = Handle::none;  ///< watch, wait_ready: the ready set's
  Handle watched = Handle::none;
  std::byte* data = nullptr;
  std::size_t length = 0;
  std::span<const Handle> handles{};  ///< poll: waits until one of them can be read
  std::span<std::uint32_t> keys{};    ///< wait_ready: set to the keys of ready handles
  std::uint32_t key = 0;              ///< watch
  Endpoint endpoint{};
  Duration duration{0};
  std::uint32_t thread = 0;  ///< start_thread: the result of `prepare_thread`
  Lock lock{};
  Condition condition{};
  std::int32_t result = 0;
};

}  // namespace proactor_lab
