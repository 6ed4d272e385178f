// A Proactor set up as a scenario asks: directly on the system or behind a limit, with or without
// workers.
#pragma once

#include <optional>

#include "core/operating_system.hpp"
#include "core/proactor.hpp"
#include "core/workers/in_flight_limit.hpp"
#include "core/workers/worker_pool.hpp"
#include "lessons/scenario/scenario.hpp"

namespace proactor_lab {

class WiredProactor {
 public:
  /// `runner` provides the workers if the scenario has some. All arguments must outlive this
  /// object.
  WiredProactor(const Scenario& scenario, OperatingSystem& os, WorkerRunner& runner,
                Recorder* recorder) {
    if (recorder != nullptr) {
      recorder->record({.extra = fact_text("main"),
                        .thread = Proactor::loop_thread,
                        .kind = FactKind::thread_started});
    }
    AsyncOperationProcessor* processor = &os;
    AsyncEventDemultiplexer* demultiplexer = &os;
    if (scenario.in_flight_max > 0) {
      limit_.emplace(os, os, scenario.in_flight_max, recorder);
      processor = &*limit_;
      demultiplexer = &*limit_;
    }
    if (scenario.workers.places > 0) {
      const WorkerPoolConfig config{.places = scenario.workers.places,
                                    .waiting_jobs_max = scenario.workers.waiting_jobs_max,
                                    .jobs_only = scenario.workers.jobs_only};
      workers_.emplace(config, runner);
    }
    WorkerPool* workers = workers_ ? &*workers_ : nullptr;
    proactor_.emplace(*processor, *demultiplexer, queue_, recorder, workers);
  }

  Proactor& proactor() { return *proactor_; }

 private:
  CompletionEventQueue queue_;
  std::optional<InFlightLimit> limit_;
  std::optional<WorkerPool> workers_;
  std::optional<Proactor> proactor_;
};

}  // namespace proactor_lab
