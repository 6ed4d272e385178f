// Asynchronous Event Demultiplexer (POSA2): waits until completions are there.
#pragma once

#include "core/completion_event_queue.hpp"
#include "core/values/time.hpp"

namespace proactor_lab {

class AsyncEventDemultiplexer {
 public:
  virtual ~AsyncEventDemultiplexer() = default;

  /// Submits what was started, then moves completions to `queue`: at least one, unless `deadline`
  /// passed or `wake` was called. With a deadline in the past it only looks. False means that
  /// nothing under way can ever complete (a simulated world at its end, or a limit reached): do not
  /// wait again. Loop thread only; one call a batch.
  virtual bool wait(CompletionEventQueue& queue, Instant deadline) = 0;

  /// Makes the current `wait`, or else the next, return. Any thread, and signal handlers.
  virtual void wake() = 0;
};

}  // namespace proactor_lab
