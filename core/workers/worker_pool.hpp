// A bounded pool of workers that run completion handlers. The pool itself is a passive state
// machine on the loop thread: a place is idle, is acquired for a completion, and is released when
// the handler has returned. Completions wait, in order, while no place is free or a handler of
// their strand is running.
//
//   ThreadWorkers threads;
//   WorkerPool workers({.places = 4}, threads);
//   Proactor proactor(os, os, queue, &recorder, &workers);
//
// The pool never drops a completion: the bytes that came with it would be lost. Only a posted job
// (`Proactor::post`) may be rejected.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/async_operation_processor.hpp"
#include "core/recording/recorder.hpp"
#include "core/values/completion.hpp"
#include "core/workers/worker_runner.hpp"

namespace proactor_lab {

struct WorkerPoolConfig {
  /// Maximum number of handlers that run at the same time; at least 1.
  std::uint32_t places = 1;
  /// Maximum number of posted jobs that wait for a place. One more is rejected: its handler
  /// receives EAGAIN, on the loop thread. 0 rejects as soon as all places are taken.
  std::uint32_t waiting_jobs_max = UINT32_MAX;
  /// Only posted jobs, and handlers bound to a strand, run on workers; all other handlers stay on
  /// the loop thread.
  bool jobs_only = false;
};

class WorkerPool {
 public:
  WorkerPool(const WorkerPoolConfig& config, WorkerRunner& runner);
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  std::uint32_t places() const { return static_cast<std::uint32_t>(places_.size()); }
  /// Number of places taken.
  std::uint32_t active() const { return active_; }
  /// Number of completions that wait for a place or for their strand.
  std::size_t waiting() const { return waiting_count_; }

 private:
  friend class Proactor;

  static constexpr std::uint32_t nobody = UINT32_MAX;

  struct Place {
    Completion completion;
    BufferGroup* buffers = nullptr;  // if the completion has a provided buffer
    std::uint64_t strand = 0;
    OperationId operation = OperationId::none;  // kept, because the slot may be reused by the end
    bool taken = false;
  };

  /// A waiting completion, in a list ordered oldest first.
  struct Waiting {
    Completion completion;
    std::uint64_t strand = 0;
    std::uint32_t next = nobody;
  };

  // All of these are for the Proactor, on the loop thread.
  void open(WorkerHost& host, Recorder* recorder);
  bool takes(const Completion& completion) const;
  bool offer(const Completion& completion);
  void begin_waiting();
  const Completion& completion_at(std::uint32_t place) const { return places_[place].completion; }
  BufferGroup* release(std::uint32_t place);
  bool defer(OperationList& operations) { return runner_.defer(operations); }
  void forget_all(AsyncOperationProcessor& processor);

  void acquire(std::uint32_t place, const Completion& completion, std::uint64_t strand,
               bool waited);
  void wait(const Completion& completion, std::uint64_t strand);
  std::uint32_t idle_place() const;
  bool strand_is_running(std::uint64_t strand) const;
  void record(FactKind kind, OperationId operation, std::uint32_t place, bool waited);

  WorkerPoolConfig config_;
  WorkerRunner& runner_;
  Recorder* recorder_ = nullptr;
  std::vector<Place> places_;
  std::uint32_t active_ = 0;

  static constexpr std::size_t usual_waiting = 64;
  std::vector<Waiting> waiting_;  // never shrinks; allocates only at a new maximum size
  std::uint32_t first_waiting_ = nobody;
  std::uint32_t last_waiting_ = nobody;
  std::uint32_t free_waiting_ = nobody;
  std::size_t waiting_count_ = 0;
  std::uint32_t waiting_jobs_ = 0;
};

}  // namespace proactor_lab
