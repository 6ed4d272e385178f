// The live system for programs that block: real threads, blocking system calls, epoll(7) and locks.
// An await never suspends the coroutine; it blocks the real thread.
//
// `stop` ends a run: it shuts every open socket down and makes every wait return, so a program that
// checks its results terminates.
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
  /// `recorder` may be null, and must outlive this. The calling thread is the one that calls `run`.
  explicit LiveThreads(Recorder* recorder);
  /// Do not destroy while `run` runs.
  ~LiveThreads() override;
  LiveThreads(const LiveThreads&) = delete;
  LiveThreads& operator=(const LiveThreads&) = delete;

  /// `told` is called on the listening thread with the endpoint it listens on.
  void on_listening(std::function<void(Endpoint)> told) { on_listening_ = std::move(told); }

  /// Runs `task` on the calling thread. Returns when it and all threads that it started have ended.
  /// An exception that leaves a thread's body stops the others and is rethrown here. Call it once.
  void run(Task task, const char* label);

  /// Ends the run: accept(2) fails with EINVAL, streams end, and waiting calls return ECANCELED.
  /// Any thread; not async-signal-safe.
  void stop();

  /// Maximum number of threads that were alive at the same time. Call it after `run`.
  std::uint32_t threads_max() const { return threads_max_; }

  std::int32_t listen(Endpoint endpoint, const char* label) override;
  std::int32_t open_stream_socket(const char* label) override;
  std::int32_t open_ready_set(const char* label) override;
  /// Call before the threads that use the lock are started; the same holds for conditions and
  /// `keep`.
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
    std::atomic<std::uint32_t> waiting{0};  // changed under the waiter's lock
  };
  struct LockState {
    std::mutex mutex;  // guards the holder; held only briefly
    std::condition_variable free;
    std::thread::id holder;  // default value: not held
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
  int stop_event_;  // readable once stopped: ends wait_ready and poll
  std::atomic<bool> stopping_{false};
  std::atomic<std::uint32_t> watches_{0};  // count; orders each watch before its report

  std::deque<LockState> locks_;
  std::deque<ConditionState> conditions_;
  std::deque<std::string> kept_;

  std::mutex mutex_;  // guards all members below
  std::condition_variable changed_;
  std::set<int> open_;  // descriptors
  std::list<Thread> threads_;
  std::vector<std::uint32_t> finished_;  // ids of threads to join
  std::uint32_t last_thread_ = 0;
  std::uint32_t alive_ = 0;
  std::uint32_t threads_max_ = 0;
  std::exception_ptr failure_;
};

}  // namespace proactor_lab
