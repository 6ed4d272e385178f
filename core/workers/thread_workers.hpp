// Workers as real threads, one per place of the pool, for live systems.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "core/workers/worker_runner.hpp"

namespace proactor_lab {

class ThreadWorkers final : public WorkerRunner {
 public:
  ThreadWorkers() = default;
  /// Joins the threads. No handler may be running, and the recorder must still exist.
  ~ThreadWorkers() override;
  ThreadWorkers(const ThreadWorkers&) = delete;
  ThreadWorkers& operator=(const ThreadWorkers&) = delete;

  void open(std::uint32_t places, WorkerHost& host, Recorder* recorder) override;
  std::uint16_t thread_of(std::uint32_t place) const override;
  void begin(std::uint32_t place, const Completion& completion) override;
  void settle() override;

 private:
  enum class State { starting, idle, given, running, ending };

  struct Worker {
    std::mutex mutex;  // guards all members below
    std::condition_variable changed;
    State state = State::starting;
    Completion completion;
    std::int64_t given_at = 0;  // stamp of the loop thread
    std::uint16_t thread = 0;
    std::thread body;
  };

  static void work(Worker& self, std::uint32_t place, WorkerHost& host, Recorder* recorder,
                   const char* label);

  Recorder* recorder_ = nullptr;
  std::deque<Worker> workers_;  // a deque, so that they do not move
};

}  // namespace proactor_lab
