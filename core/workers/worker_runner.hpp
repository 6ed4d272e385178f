// Provides workers: real threads (thread_workers.hpp), or places in virtual time
// (sim/system/simulated_workers.hpp). WorkerPool decides which worker runs which handler.
#pragma once

#include <cstdint>

#include "core/detail/operation_list.hpp"
#include "core/recording/recorder.hpp"
#include "core/values/completion.hpp"

namespace proactor_lab {

/// The interface that workers call: the Proactor.
class WorkerHost {
 public:
  /// Runs the handler of `completion`, on the worker. Never throws: an exception of the handler is
  /// rethrown by `Proactor::run`.
  virtual void run_handler(std::uint32_t place, const Completion& completion) = 0;
  /// The handler has returned, and the place may be reused. Any thread.
  virtual void worker_finished(std::uint32_t place) = 0;
  /// Takes the operations that a handler initiated: a single one, or a whole chain. Any thread.
  virtual void take_over(OperationList& operations) = 0;

 protected:
  ~WorkerHost() = default;
};

class WorkerRunner {
 public:
  virtual ~WorkerRunner() = default;

  /// Prepares `places` workers. Called once, on the loop thread.
  virtual void open(std::uint32_t places, WorkerHost& host, Recorder* recorder) = 0;
  /// The number in traces of the thread of `place`.
  virtual std::uint16_t thread_of(std::uint32_t place) const = 0;
  /// Makes the idle worker of `place` call `run_handler` and then `worker_finished`. Does not wait
  /// for them. Loop thread.
  virtual void begin(std::uint32_t place, const Completion& completion) = 0;
  /// Returns when no worker is in a handler. Loop thread.
  virtual void settle() = 0;
  /// In virtual time, what a handler initiates takes effect at the moment that its worker has
  /// reached: the runner then keeps the operations and passes them to `take_over` at that moment.
  /// Returns false if the caller must take them over at once.
  virtual bool defer(OperationList& operations) {
    static_cast<void>(operations);
    return false;
  }
};

}  // namespace proactor_lab
