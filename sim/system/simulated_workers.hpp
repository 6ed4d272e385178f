// Workers in virtual time: the places of a WorkerPool on the simulated system. A handler's code
// runs at once, on the one real thread, but occupies its place for the time it computes
// (`OperatingSystem::compute`). Its facts are stamped with the worker's clock, its operations take
// effect at that time, and the place is freed at the end.
//
// Workers and the loop thread share the machine's cores; if none is free, a handler's start waits.
// The loop thread's work is not delayed by a worker that began during it.
//
// Differences from threads: a handler changes the program's memory at its start, so data races do
// not show; the system's calls that never wait (`listen`, `close`) also act at its start.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "core/workers/worker_runner.hpp"
#include "sim/system/simulated_os.hpp"
#include "sim/time/schedule.hpp"

namespace proactor_lab {

struct SimulatedWorkersConfig {
  std::uint32_t cores = UINT32_MAX;  ///< including the loop thread's
  Duration syscall_cost{0};          ///< to wake a worker, and for the worker to wake the loop
  Duration switch_cost{0};           ///< when a core switches to a worker
};

class SimulatedWorkers final : public WorkerRunner, private EventTarget, private LoopCore {
 public:
  SimulatedWorkers(SimulatedOs& os, Schedule& schedule, const SimulatedWorkersConfig& config = {})
      : config_(config), os_(os), schedule_(schedule) {}

  void open(std::uint32_t places, WorkerHost& host, Recorder* recorder) override;
  std::uint16_t thread_of(std::uint32_t place) const override { return workers_[place].thread; }
  void begin(std::uint32_t place, const Completion& completion) override;
  void settle() override;
  bool defer(OperationList& operations) override;

  const SystemUsage& usage() const { return usage_; }

 private:
  enum Type : std::uint32_t { initiated, finished };

  struct Worker {
    std::uint16_t thread = 0;   // its number in traces
    OperationList operations;   // initiated, but not due yet
    Instant last_initiation{};  // moment of the last of them
  };

  /// A handler that has a worker but no core.
  struct Waiting {
    std::uint32_t place = 0;
    Completion completion;
  };

  void on_event(const ScheduledEvent& event) override;
  void release() override;
  bool acquire() override;
  bool core_is_free() const { return busy_ + (loop_runs_ ? 1u : 0u) < config_.cores; }
  void start_waiting();
  void run(std::uint32_t place, const Completion& completion);
  void finish(std::uint32_t place);
  void schedule(Type type);
  void hand_over(Worker& worker);
  void record(std::uint32_t place, FactKind kind, const Instant& at,
              FactBlock why = FactBlock::job);

  SimulatedWorkersConfig config_;
  SimulatedOs& os_;
  Schedule& schedule_;
  WorkerHost* host_ = nullptr;
  Recorder* recorder_ = nullptr;
  std::vector<Worker> workers_;  // by place
  std::uint32_t running_ = 0;    // the worker whose handler runs now
  Instant clock_{};              // of that worker
  std::deque<Waiting> waiting_;
  std::uint32_t busy_ = 0;  // number of cores that run handlers
  bool loop_runs_ = true;
  SystemUsage usage_;
  std::uint32_t generation_ = 0;  // events of an earlier generation are ignored
};

}  // namespace proactor_lab
