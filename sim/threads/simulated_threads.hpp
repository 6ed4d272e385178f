// The simulated system for programs that block: threads that share a number of CPU cores. A thread
// runs until it computes, waits or ends; there are no time slices. Runnable threads are scheduled
// first come, first served; threads that wait for the same thing are woken in the order in which
// they came, as on Linux.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "core/blocking/blocking_system.hpp"
#include "core/recording/recorder.hpp"
#include "sim/time/schedule.hpp"
#include "sim/world/descriptor_table.hpp"
#include "sim/world/faults.hpp"
#include "sim/world/network.hpp"
#include "sim/world/system_usage.hpp"

namespace proactor_lab {

struct SimulatedThreadsConfig {
  std::uint32_t cores = 1;
  Duration syscall_cost{0};    ///< each call's own work, before it moves bytes or waits
  Duration operation_cost{0};  ///< in addition, for a call that moves bytes or makes a connection
  Duration switch_cost{0};     ///< when a core switches to a thread
  Duration thread_start_cost{0};  ///< paid by the thread that starts it
  std::int32_t handle_limit = 1'048'576;
  const Shortage* shortage = nullptr;      ///< the current faults; null: none ever
  std::uint32_t thread_limit = 32'768;     ///< alive at the same time (EAGAIN beyond)
  FactIndex fact_limit = UINT32_MAX;       ///< the run ends after so many recorded facts
  std::uint64_t step_limit = 100'000'000;  ///< likewise, of calls and events: they may take no time
  Instant run_limit = never;
};

class SimulatedThreads final : public BlockingSystem, private NetworkOwner, private EventTarget {
 public:
  SimulatedThreads(const SimulatedThreadsConfig& config, Schedule& schedule, Network& network,
                   Recorder* recorder);

  /// Starts the program's first thread.
  void start(Task task, const char* label);

  std::int32_t listen(Endpoint endpoint, const char* label) override;
  std::int32_t open_stream_socket(const char* label) override;
  std::int32_t open_ready_set(const char* label) override;
  Lock make_lock(const char* label) override;
  Condition make_condition(const char* label) override;
  const char* keep(std::string_view text) override;
  bool begin(BlockingCall& call, std::coroutine_handle<> thread) override;
  std::uint32_t prepare_thread(Task task, const char* label) override;

  /// Runs until all threads have ended, nothing can happen any more, or a limit is reached. An
  /// exception that leaves a thread's body is rethrown here.
  void run();

  bool limit_reached() const { return limit_reached_; }
  /// True if that limit was `step_limit`.
  bool out_of_steps() const { return steps_ > config_.step_limit; }
  /// Number of threads that have not ended: after `run`, those that wait forever.
  std::size_t threads_left() const { return threads_left_; }
  const SystemUsage& usage() const { return usage_; }
  std::size_t handles_max() const { return descriptors_.most(); }

 private:
  static constexpr std::uint32_t none = UINT32_MAX;

  enum class State : std::uint8_t { prepared, runnable, running, blocked, done };

  struct Thread {
    std::optional<Task> task;
    std::coroutine_handle<> resume_at;
    BlockingCall* call = nullptr;  // the call it is in; null while it runs
    const char* label = "";
    std::uint32_t next_waiting = none;  // the next thread in the same list
    State state = State::prepared;
    bool entered = false;   // the call's own cost is paid
    bool notified = false;  // left to do: reacquire the lock (wait), or return (sleep, connect)
    std::uint16_t id = 0;
  };

  /// Threads that wait for one thing, oldest first.
  struct WaitList {
    std::uint32_t first = none;
    std::uint32_t last = none;
    bool empty() const { return first == none; }
  };

  struct Socket {
    HandleKind kind = HandleKind::stream;
    bool connected = false;
    bool armed = false;  // watched, and not reported yet
    std::uint16_t port = 0;
    Handle handle = Handle::none;
    EndId end = no_end;
    const char* label = nullptr;
    std::uint32_t ready_set = none;   // if it is a ready set: its index in `ready_sets_`
    std::uint32_t watched_by = none;  // likewise: the set that reports it
    std::uint32_t key = 0;
    WaitList readers;  // or acceptors
    WaitList writers;
  };

  struct ReadySet {
    std::deque<std::uint32_t> ready;  // sockets; some may have been read meanwhile
    WaitList waiters;
  };

  struct LockState {
    const char* label = "";
    std::uint32_t holder = none;
    WaitList waiters;
  };

  struct ConditionState {
    const char* label = "";
    std::uint32_t waiting = 0;
    WaitList waiters;
  };

  enum Type : std::uint32_t { cost_paid, connect_answered, slept };

  void readable(EndId end, FactIndex cause) override;
  void writable(EndId end, FactIndex cause) override;
  void acceptable(std::uint16_t port, FactIndex cause) override;
  void on_event(const ScheduledEvent& event) override;

  // Threads and cores: simulated_threads.cpp
  void fill_cores();
  void go_on(std::uint32_t thread);
  void end_thread(std::uint32_t thread);
  bool go_on_with_call(std::uint32_t thread);
  Duration cost_of(const BlockingCall& call) const;
  bool pass(Duration cost);
  bool is_over_limit();
  void finish_call(Thread& thread);
  void block(std::uint32_t thread, FactBlock why, const char* condition = nullptr);
  void make_runnable(std::uint32_t thread, FactIndex cause);
  void await_core(std::uint32_t thread);
  void put(WaitList& list, std::uint32_t thread);
  std::uint32_t take(WaitList& list);
  void wake_all(WaitList& list, FactIndex cause);

  // What each call does: simulated_calls.cpp. Returns true if the call is done.
  bool attempt(std::uint32_t thread);
  bool attempt_accept(std::uint32_t thread, BlockingCall& call);
  bool attempt_connect(std::uint32_t thread, BlockingCall& call);
  bool attempt_transfer(std::uint32_t thread, BlockingCall& call);
  bool attempt_poll(std::uint32_t thread, BlockingCall& call);
  bool attempt_watch(BlockingCall& call);
  bool attempt_wait_ready(std::uint32_t thread, BlockingCall& call);
  bool attempt_start_thread(BlockingCall& call);
  bool attempt_sleep(std::uint32_t thread, BlockingCall& call);
  bool attempt_lock(std::uint32_t thread, BlockingCall& call);
  bool attempt_unlock(std::uint32_t thread, BlockingCall& call);
  bool attempt_wait(std::uint32_t thread, BlockingCall& call);
  void attempt_notify(std::uint32_t thread, const BlockingCall& call);
  void notify(std::uint32_t waiter, FactIndex cause);
  void release_lock(std::uint32_t thread, LockState& lock);
  void became_readable(std::uint32_t socket, FactIndex cause);
  void wake_pollers(FactIndex cause);
  void report_ready(std::uint32_t socket, FactIndex cause);
  bool can_read(Handle handle) const;
  bool can_read(const Socket& socket) const;

  bool descriptors_gone() const {
    return descriptors_.full() || (config_.shortage != nullptr && config_.shortage->no_descriptors);
  }
  Socket* socket_of(Handle handle);
  std::int32_t add_handle(const Socket& socket, std::uint32_t connection, std::uint16_t thread);
  std::int32_t close_handle(Handle handle, std::uint16_t thread);
  std::uint16_t current_id() const { return current_ == none ? 0 : threads_[current_].id; }
  FactIndex record(FactKind kind, std::uint16_t thread, Fact fact = {});

  SimulatedThreadsConfig config_;
  Schedule& schedule_;
  Network& network_;
  Recorder* recorder_;
  SystemUsage usage_;
  DescriptorTable descriptors_;
  std::vector<Socket> sockets_;
  std::vector<std::uint32_t> free_sockets_;
  std::deque<ReadySet> ready_sets_;
  std::vector<LockState> locks_;
  std::vector<ConditionState> conditions_;
  std::vector<std::uint32_t> pollers_;
  std::deque<Thread> threads_;
  std::vector<std::uint32_t> free_threads_;
  std::deque<std::uint32_t> run_queue_;
  std::deque<std::string> kept_;
  std::size_t threads_left_ = 0;
  std::uint64_t steps_ = 0;  // calls, and events of the world
  std::uint32_t busy_cores_ = 0;
  std::uint32_t current_ = none;  // the thread whose coroutine runs now
  bool limit_reached_ = false;
};

}  // namespace proactor_lab
