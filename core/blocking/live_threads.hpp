// The live system for programs that block: real threads, blocking system calls, epoll(7), locks. An
// await never suspends: it blocks the real thread.
//
// A run ends: `stop` shuts every open socket down and lets nobody wait any more, so that a program
// that looks at its results comes home.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <list>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "core/blocking/blocking_system.hpp"
#include "core/recording/recorder.hpp"

namespace proactor_lab {

class LiveThreads final : public BlockingSystem {
 public:
  /// `recorder` may be null, and must outlive this. The calling thread is the one that will `run`.
  explicit LiveThreads(Recorder* recorder);
  /// Not while `run` runs.
  ~LiveThreads() override;
  LiveThreads(const LiveThreads&) = delete;
  LiveThreads& operator=(const LiveThreads&) = delete;

  /// Called on the thread that listens, with what it listens on.
  void on_listening(std::function<void(Endpoint)> told) { on_listening_ = std::move(told); }

  /// Runs `task` on the calling thread, and returns when it and all that it started are through. An
  /// exception that leaves a thread's body stops the others, and comes out here. Once.
  void run(Task task, const char* label);

  /// Ends the run: accept(2) fails with EINVAL, streams end, whoever waits hears ECANCELED. Any
  /// thread, no signal handlers.
  void stop();

  /// The most threads that were alive at the same time. After `run`.
  std::uint32_t threads_max() const { return threads_max_; }

  std::int32_t listen(Endpoint endpoint, const char* label) override;
  std::int32_t open_stream_socket(const char* label) override;
  std::int32_t open_ready_set(const char* label) override;
  /// Before the threads that use it are started; so, too, conditions and `keep`.
  Lock make_lock(const char* label) override;
  Condition make_condition(const char* label) override;
  const char* keep(std::string_view text) override;
  bool begin(BlockingCall& call, std::coroutine_handle<> thread) override;
  std::uint32_t prepare_thread(Task task, const char* label) override;

 private:
  struct Thread {
    std::optional<Task> task;
    const char* label = "";
    std::uint32_t id = 0;
    std::thread body;
  };

  struct ConditionState {
    std::condition_variable notified;
    const char* label = "";
    std::atomic<std::uint32_t> waiting{0};  // up under the waiter's lock, before it gives that back
  };
  struct LockState {
    std::mutex mutex;  // guards what follows, for a moment each time
    std::condition_variable free;
    std::thread::id holder;  // nobody's: no thread
    const char* label = "";
  };

  std::int32_t carry_out(BlockingCall& call);
  std::int32_t start_thread(std::uint32_t id);
  void run_body(Thread& thread);
  void join_finished();

  std::int32_t accept(Handle listener);
  std::int32_t connect(const BlockingCall& call);
  std::int32_t transfer(const BlockingCall& call);
  std::int32_t poll(const BlockingCall& call);
  std::int32_t watch(const BlockingCall& call);
  std::int32_t wait_ready(const BlockingCall& call);
  std::int32_t close(Handle handle);
  std::int32_t sleep(Duration duration);
  std::int32_t take_lock(LockState& lock, bool waits);
  std::int32_t take_lock(LockState& lock, std::unique_lock<std::mutex>& guard);
  std::int32_t give_lock(LockState& lock);
  void notify(const BlockingCall& call);
  std::int32_t wait(const BlockingCall& call);
  std::int32_t opened(int descriptor, HandleKind kind, const char* label);
  template <class Call>
  std::int32_t blocking(Handle handle, const Call& call);
  void record(Fact fact);

  Recorder* recorder_;
  std::function<void(Endpoint)> on_listening_;
  int stop_event_;  // readable once stopped: it wakes those in wait_ready
  std::atomic<bool> stopping_{false};
  std::atomic<std::uint32_t> watches_{0};  // made so far: orders a watch before its being reported

  std::deque<LockState> locks_;
  std::deque<ConditionState> conditions_;
  std::deque<std::string> kept_;

  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::set<int> open_;  // descriptors
  std::list<Thread> threads_;
  std::vector<std::uint32_t> finished_;  // their bodies are to be joined
  std::uint32_t last_thread_ = 0;
  std::uint32_t alive_ = 0;
  std::uint32_t threads_max_ = 0;
  std::exception_ptr failure_;
};

}  // namespace proactor_lab
