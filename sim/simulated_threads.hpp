// The simulated system for programs that block: threads that share a number of CPU cores. A thread
// runs until it computes, blocks or ends; there is no time slice. Who is runnable waits its turn,
// first come, first served.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "core/blocking/blocking_system.hpp"
#include "core/recorder.hpp"
#include "sim/descriptor_table.hpp"
#include "sim/network.hpp"
#include "sim/schedule.hpp"

namespace proactor_lab {

struct SimulatedThreadsConfig {
  std::uint32_t cores = 1;
  Duration syscall_cost{0};  ///< each call's own work, before it moves bytes or blocks
  Duration switch_cost{0};   ///< when a core takes up another thread than before
  std::int32_t handle_limit = 1'048'576;
  FactIndex fact_limit = UINT32_MAX;  ///< of the run, as its time
  Instant run_limit = never;
};

class SimulatedThreads final : public BlockingSystem, private NetworkOwner, private EventTarget {
 public:
  SimulatedThreads(const SimulatedThreadsConfig& config, Schedule& schedule, Network& network,
                   Recorder* recorder);

  void spawn(Task task, const char* label) override;
  std::int32_t listen(Endpoint endpoint, const char* label) override;
  std::int32_t open_stream_socket(const char* label) override;
  bool begin(BlockingCall& call, std::coroutine_handle<> thread) override;

  /// Until all threads ended, nothing can happen any more, or the run limit. An exception that
  /// leaves a thread's body comes out here.
  void run();

  bool limit_reached() const { return limit_reached_; }
  /// Threads that have not ended: after `run`, those that wait for ever.
  std::size_t threads_left() const;

 private:
  enum class State : std::uint8_t { runnable, running, blocked, done };

  struct Thread {
    Task task;
    std::coroutine_handle<> resume_at;
    BlockingCall* call = nullptr;  // what it is in, unless running on
    State state = State::runnable;
    std::uint16_t id = 0;
    bool entered = false;  // the call's own cost is paid
  };

  struct Socket {
    HandleKind kind = HandleKind::stream;
    EndId end = no_end;
    std::uint16_t port = 0;
    const char* label = nullptr;
    bool connected = false;
  };

  enum Type : std::uint32_t { cost_paid, connect_answered };

  void readable(EndId end, FactIndex cause) override;
  void writable(EndId end, FactIndex cause) override;
  void acceptable(std::uint16_t port, FactIndex cause) override;
  void on_event(const ScheduledEvent& event) override;

  void fill_cores();
  void go_on(std::uint32_t thread);
  bool attempt(std::uint32_t thread, FactIndex cause);
  bool attempt_transfer(Thread& thread, BlockingCall& call, FactIndex cause);
  bool attempt_accept(BlockingCall& call);
  bool attempt_poll(Thread& thread, BlockingCall& call, FactIndex cause);
  void connect(std::uint32_t thread, BlockingCall& call);
  void finish_call(Thread& thread, FactIndex cause);
  void block(Thread& thread);
  void wake_waiters(FactIndex cause);
  void make_runnable(std::uint32_t thread, FactIndex cause);
  bool can_read(Handle handle) const;
  Socket* socket_of(Handle handle);
  std::int32_t add_handle(const Socket& socket, std::uint32_t connection, std::uint16_t thread);
  std::int32_t close_handle(Handle handle, std::uint16_t thread);
  FactIndex record(FactKind kind, std::uint16_t thread, Fact fact = {});

  SimulatedThreadsConfig config_;
  Schedule& schedule_;
  Network& network_;
  Recorder* recorder_;
  DescriptorTable descriptors_;
  std::vector<Socket> sockets_;
  std::deque<Thread> threads_;
  std::deque<std::uint32_t> run_queue_;
  std::uint32_t busy_cores_ = 0;
  std::uint32_t current_ = UINT32_MAX;  // whose coroutine runs right now
  std::uint32_t last_on_core_ = UINT32_MAX;
  bool limit_reached_ = false;
};

}  // namespace proactor_lab
