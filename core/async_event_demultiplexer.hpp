// Asynchronous Event Demultiplexer (POSA2): waits until completions are available.
#pragma once

#include "core/completion_event_queue.hpp"
#include "core/values/time.hpp"

namespace proactor_lab {

class AsyncEventDemultiplexer {
 public:
  virtual ~AsyncEventDemultiplexer() = default;

  /// Submits the operations that were started, then moves completions to `queue`: at least one,
  /// unless `deadline` has passed or `wake` was called. With a deadline in the past it polls
  /// without waiting. Returns false if nothing in flight can ever complete (a simulated world has
  /// ended, or a limit was reached): do not wait again. Loop thread only; one call per batch.
  virtual bool wait(CompletionEventQueue& queue, Instant deadline) = 0;

  /// Makes the current `wait`, or else the next one, return. Any thread; async-signal-safe.
  virtual void wake() = 0;
};

}  // namespace proactor_lab
