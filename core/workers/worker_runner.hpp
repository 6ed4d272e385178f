// Where workers come from: real threads (thread_workers.hpp), or places in virtual time
// (sim/system/simulated_workers.hpp). Which of them runs what is WorkerPool's affair.
#pragma once

#include <cstdint>

#include "core/detail/operation_list.hpp"
#include "core/recording/recorder.hpp"
#include "core/values/completion.hpp"

namespace proactor_lab {

/// Whom workers work for: the Proactor.
class WorkerHost {
 public:
  /// Runs the handler of `completion`. On the worker. Never throws: what the handler throws comes
  /// out of `Proactor::run`.
  virtual void run_handler(std::uint32_t place, const Completion& completion) = 0;
  /// The handler is through, and the place may be given to another. Any thread.
  virtual void worker_finished(std::uint32_t place) = 0;
  /// Takes what a handler initiated: one operation, or a whole chain. Any thread.
  virtual void take_over(OperationList& operations) = 0;

 protected:
  ~WorkerHost() = default;
};

class WorkerRunner {
 public:
  virtual ~WorkerRunner() = default;

  /// Makes `places` workers ready. Once, on the loop thread.
  virtual void open(std::uint32_t places, WorkerHost& host, Recorder* recorder) = 0;
  /// The number that traces give the thread of `place`.
  virtual std::uint16_t thread_of(std::uint32_t place) const = 0;
  /// Has the worker of `place`, which is idle, call `run_handler` and then `worker_finished`. Does
  /// not wait for it. Loop thread.
  virtual void begin(std::uint32_t place, const Completion& completion) = 0;
  /// Returns when no worker is in a handler any more. Loop thread.
  virtual void settle() = 0;
  /// In virtual time what a handler initiates takes effect at the moment its worker has reached:
  /// the runner then takes the operations, and hands them to `take_over` at that moment. False:
  /// they are to be taken over at once.
  virtual bool defer(OperationList& operations) {
    static_cast<void>(operations);
    return false;
  }
};

}  // namespace proactor_lab
