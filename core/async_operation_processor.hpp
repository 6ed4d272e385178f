// Asynchronous Operation Processor (POSA2): who carries operations out. Usually the kernel.
#pragma once

#include "core/async_operation.hpp"
#include "core/values/buffer_group.hpp"

namespace proactor_lab {

class AsyncOperationProcessor {
 public:
  virtual ~AsyncOperationProcessor() = default;

  /// Takes the operation over. It may only be queued for submission; it is under way at the latest
  /// when the loop next waits. Loop thread only. Never blocks, never calls back, never fails: an
  /// error arrives as the operation's completion. `operation` stays valid until then.
  virtual void start(AsyncOperation& operation) = 0;

  /// A provided buffer is free again. Loop thread.
  virtual void give_back(BufferGroup& group, std::uint16_t buffer) = 0;

  /// Ends every operation under way without completing it. When it returns, the system touches no
  /// slot and no buffer of theirs any more. Live this may wait for the kernel. Loop thread.
  virtual void release_all() = 0;
};

}  // namespace proactor_lab
