#include "core/workers/thread_workers.hpp"

#include <string>

namespace proactor_lab {

ThreadWorkers::~ThreadWorkers() {
  for (Worker& worker : workers_) {
    {
      const std::lock_guard lock(worker.mutex);
      worker.state = State::ending;
    }
    worker.changed.notify_all();
    if (worker.body.joinable()) worker.body.join();  // unless it could not be started
  }
}

void ThreadWorkers::open(std::uint32_t places, WorkerHost& host, Recorder* recorder) {
  recorder_ = recorder;
  for (std::uint32_t place = 0; place < places; ++place) {
    Worker& worker = workers_.emplace_back();
    const std::string label = "worker " + std::to_string(place + 1);
    const char* kept = recorder != nullptr ? recorder->keep(label) : "";
    worker.body = std::thread([=, &worker, &host] { work(worker, place, host, recorder, kept); });
    // Start one after the other, so that traces number them in the same way in every run.
    std::unique_lock lock(worker.mutex);
    worker.changed.wait(lock, [&] { return worker.state != State::starting; });
  }
}

std::uint16_t ThreadWorkers::thread_of(std::uint32_t place) const { return workers_[place].thread; }

void ThreadWorkers::begin(std::uint32_t place, const Completion& completion) {
  Worker& worker = workers_[place];
  {
    const std::lock_guard lock(worker.mutex);
    worker.completion = completion;
    worker.given_at = recorder_ != nullptr ? recorder_->stamp() : 0;
    worker.state = State::given;
  }
  worker.changed.notify_all();
}

void ThreadWorkers::settle() {
  for (Worker& worker : workers_) {
    std::unique_lock lock(worker.mutex);
    worker.changed.wait(lock, [&] { return worker.state == State::idle; });
  }
}

void ThreadWorkers::work(Worker& self, std::uint32_t place, WorkerHost& host, Recorder* recorder,
                         const char* label) {
  const auto record = [recorder](const Fact& fact) {
    if (recorder != nullptr) recorder->record_elsewhere(fact);
  };
  const Fact waits{.kind = FactKind::thread_blocked,
                   .detail = static_cast<std::uint8_t>(FactBlock::job)};
  const std::uint16_t number = recorder != nullptr ? recorder->adopt_this_thread(label) : 0;
  record(waits);

  std::unique_lock lock(self.mutex);
  self.thread = number;
  self.state = State::idle;
  self.changed.notify_all();
  while (true) {
    self.changed.wait(lock,
                      [&] { return self.state == State::given || self.state == State::ending; });
    if (self.state == State::ending) break;
    self.state = State::running;
    const Completion completion = self.completion;
    const std::int64_t given_at = self.given_at;
    lock.unlock();

    if (recorder != nullptr) recorder->stamp_after(given_at);
    record({.kind = FactKind::thread_woken});
    host.run_handler(place, completion);
    record(waits);

    host.worker_finished(place);
    lock.lock();
    // The loop thread may already have given this place a new completion.
    if (self.state == State::running) self.state = State::idle;
    self.changed.notify_all();
  }
  record({.kind = FactKind::thread_exited});
}

}  // namespace proactor_lab
