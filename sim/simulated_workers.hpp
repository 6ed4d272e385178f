// Workers in virtual time: the places of a WorkerPool on the simulated system. A handler's code
// runs at once, on the one real thread, but occupies its place for what it computes
// (`OperatingSystem::compute`): its facts bear the moments of its own clock, what it initiates
// takes effect there, and the place is free at the end.
//
// Where it differs from threads: every worker has a processor of its own; what handlers do to the
// program's memory happens at the handler's start, so that data races cannot be seen here; the
// system's calls that never wait (`listen`, `close`) act at the start, too.
#pragma once

#include <cstdint>
#include <vector>

#include "core/worker_runner.hpp"
#include "sim/schedule.hpp"
#include "sim/simulated_os.hpp"

namespace proactor_lab {

class SimulatedWorkers final : public WorkerRunner, private EventTarget {
 public:
  SimulatedWorkers(SimulatedOs& os, Schedule& schedule) : os_(os), schedule_(schedule) {}

  void open(std::uint32_t places, WorkerHost& host, Recorder* recorder) override;
  std::uint16_t thread_of(std::uint32_t place) const override { return workers_[place].thread; }
  void begin(std::uint32_t place, const Completion& completion) override;
  void settle() override;
  bool defer(OperationList& operations) override;

 private:
  enum Type : std::uint32_t { initiated, finished };

  struct Worker {
    std::uint16_t thread = 0;   // its number in traces
    OperationList operations;   // initiated, but their moment has not come
    Instant last_initiation{};  // of the last of them
  };

  void on_event(const ScheduledEvent& event) override;
  void schedule(Type type);
  void hand_over(Worker& worker);
  void record(std::uint32_t place, FactKind kind, const Instant& at);

  SimulatedOs& os_;
  Schedule& schedule_;
  WorkerHost* host_ = nullptr;
  Recorder* recorder_ = nullptr;
  std::vector<Worker> workers_;   // by place
  std::uint32_t running_ = 0;     // whose handler runs right now
  Instant clock_{};               // of that worker
  std::uint32_t generation_ = 0;  // events of an earlier one are nobody's any more
};

}  // namespace proactor_lab
