// Asynchronous Operation Processor (POSA2): carries operations out. Usually this is the kernel.
#pragma once

#include "core/async_operation.hpp"
#include "core/values/buffer_group.hpp"

namespace proactor_lab {

class AsyncOperationProcessor {
 public:
  virtual ~AsyncOperationProcessor() = default;

  /// Takes ownership of `operation` until its last completion. It may only be queued here; it is
  /// submitted at the latest when the loop next waits. Never blocks, never calls back and never
  /// fails: an error arrives as the operation's completion. Loop thread only.
  virtual void start(AsyncOperation& operation) = 0;

  /// Returns a provided buffer to its group. Loop thread.
  virtual void give_back(BufferGroup& group, std::uint16_t buffer) = 0;

  /// Ends every operation in flight without completing it. When it returns, the system no longer
  /// accesses their slots and buffers. A live backend may wait for the kernel here. Loop thread.
  virtual void release_all() = 0;
};

}  // namespace proactor_lab
