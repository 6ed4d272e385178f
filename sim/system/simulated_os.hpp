// The simulated operating system: carries operations out on the simulated network, in virtual time.
// The core cannot tell it from the kernel. README.md lists what it supports and where it differs
// from Linux.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <vector>

#include "core/detail/chain_order.hpp"
#include "core/detail/large_pages.hpp"
#include "core/operating_system.hpp"
#include "core/recording/recorder.hpp"
#include "sim/time/schedule.hpp"
#include "sim/world/datagrams.hpp"
#include "sim/world/descriptor_table.hpp"
#include "sim/world/faults.hpp"
#include "sim/world/files.hpp"
#include "sim/world/network.hpp"
#include "sim/world/pipes.hpp"
#include "sim/world/system_usage.hpp"

namespace proactor_lab {

/// How much of the kernel's freedom the simulated system uses. `usual`: the kernel's most frequent
/// behaviour. `full`: asks a question wherever the kernel may choose (the last kinds of
/// `QuestionKind`).
enum class KernelFreedom : std::uint8_t { usual, full };

struct SimulatedOsConfig {
  KernelFreedom freedom = KernelFreedom::usual;
  Duration syscall_cost{0};                ///< per wait, which submits and reaps
  Duration operation_cost{0};              ///< the kernel's work per transfer, accept, connect
  Duration switch_cost{0};                 ///< when the loop thread continues after a wait
  bool short_transfers = false;            ///< an operation may move fewer bytes than it could
  std::int32_t handle_limit = 1'048'576;   ///< EMFILE beyond it (RLIMIT_NOFILE)
  DelayRange disk_latency;                 ///< of an operation on a file
  const Shortage* shortage = nullptr;      ///< the current faults; null: none ever
  FactIndex fact_limit = UINT32_MAX;       ///< the world stops after so many recorded facts
  std::uint64_t step_limit = 100'000'000;  ///< likewise, of waits and events: they may take no time
  Instant run_limit = never;               ///< virtual time at which the world stops
  std::uint32_t submission_entries = 1024;        ///< when it is full, its entries are submitted
  std::uint32_t completion_entries = UINT32_MAX;  ///< further completions wait in a list
};

/// The machine's cores, which the loop thread shares with workers.
class LoopCore {
 public:
  /// The loop thread waits, and another thread may use its core.
  virtual void release() = 0;
  /// The loop thread wants to continue. Returns false if all cores are taken.
  virtual bool acquire() = 0;

 protected:
  ~LoopCore() = default;
};

class SimulatedOs final : public OperatingSystem,
                          private NetworkOwner,
                          private DatagramOwner,
                          private EventTarget {
 public:
  SimulatedOs(const SimulatedOsConfig& config, Schedule& schedule, Network& network,
              Datagrams& datagrams, Files& files, Recorder* recorder);

  Instant now() const override {
    return worker_clock_ != nullptr ? *worker_clock_ : schedule_.now();
  }
  Handle listen(Endpoint endpoint, const char* label, std::error_code& error) override;
  Handle open_stream_socket(const char* label, std::error_code& error) override;
  Handle open_datagram_socket(Endpoint endpoint, const char* label,
                              std::error_code& error) override;
  Pipe open_pipe(const char* label, std::error_code& error) override;
  std::int32_t cancel_now(OperationToken target) override;
  void register_buffers(BufferGroup& group, std::error_code& error) override;
  void unregister_buffers(BufferGroup& group) override;
  Endpoint local_endpoint(Handle handle) const override;
  std::uint64_t file_size(Handle handle, std::error_code& error) const override;
  void close(Handle handle) override;
  void compute(Duration cost) override;

  void start(AsyncOperation& operation) override;
  void give_back(BufferGroup& group, std::uint16_t buffer) override { group.give_back(buffer); }
  void release_all() override;
  bool wait(CompletionEventQueue& queue, Instant deadline) override;
  void wake() override { woken_ = true; }

  /// For simulated workers: while a clock is set, `compute` advances it and not the world's.
  void use_worker_clock(Instant* clock) { worker_clock_ = clock; }

  /// `from` plus `cost`, but at most the run's limit, which then ends the run.
  Instant after(Instant from, Duration cost);

  /// From now on the loop thread shares its machine's cores with workers.
  void share_cores(LoopCore& core) { core_ = &core; }

  const SystemUsage& usage() const { return usage_; }
  std::size_t handles_max() const { return descriptors_.most(); }

  /// True if a limit ended a wait.
  bool limit_reached() const { return limit_reached_; }
  /// True if that was `step_limit`.
  bool out_of_steps() const { return steps_ > config_.step_limit; }
  /// Number of waits that found more completions than the queue has entries. None is lost.
  std::uint32_t overflows() const { return overflows_; }
  /// Number of operations that wait for something.
  std::size_t pending() const { return pending_; }

 private:
  /// The object that a descriptor refers to, as in the kernel. Pending operations refer to it, too;
  /// it is destroyed with the last reference, so close() alone cancels nothing
  /// (io_uring_cancelation(7)).
  struct alignas(64) Socket {
    // Members that transfers use, in one cache line.
    OperationList receives;  // or accepts
    OperationList polls;     // for reading and for writing
    OperationList sends;
    EndId end = no_end;
    std::uint32_t references = 0;
    HandleKind kind = HandleKind::stream;
    bool connected = false;
    bool connecting = false;
    bool disturbed = false;        // was shut down: polls may be woken without readiness
    bool shut_down_early = false;  // a stream, before it was connected
    bool receive_closed = false;   // shut down; such a listener accepts nothing more
    std::uint8_t roused = 0;       // `Waiting` bits of those that will try again
    bool writes_pipe = false;
    std::uint16_t port = 0;
    OperationList cancelled;
    const char* label = nullptr;
    FileId file = no_file;
    PipeId pipe = no_pipe;
    std::uint32_t other_end = no_socket;  // of the pipe; none if it is closed
    std::uint32_t open_flags = 0;
    std::uint32_t short_questions = 0;
    std::uint32_t receiver_questions = 0;
    std::array<std::uint32_t, 2> roused_at{};  // `armings_` when receives, sends were last roused
    bool send_closed = false;                  // of a datagram socket that was shut down
  };

  /// The state of an operation, kept in `backend_state[0]`. `[1]` is its socket, below a number
  /// that grows with each operation that begins to wait, or the target of a link timeout. `[2]` is
  /// its index in `timers_`, the bytes a receive with wait_all has so far, whether a deferred chain
  /// drains, or whether the operation it is linked to has begun. `[3]` is the next operation of the
  /// chain.
  enum class Place : std::uint64_t {
    nowhere,
    chained = ChainOrder::chained_place,
    receives,
    sends,
    polls,
    timer,
    // With full freedom only:
    cancelled,  // and not reported yet
    refused,    // the head of a chain that the kernel refuses, not reported yet
    breaking,   // its chain broke, or its target is done: it will be cancelled
    expired,    // a link timeout that has not reached its target yet
    finishing,  // a worker did it, and has not reported it yet; `[1]` is the result
    settling,   // a connect that is done but not reported; `[1]` is the socket, above the result
    untold,     // done, reported at the end of its batch; `[1]` is the result
    released,   // a drain delayed it, and a worker will begin it
    starting,   // a worker begins it
  };
  static Place place_of(const AsyncOperation& operation) {
    return static_cast<Place>(operation.backend_state[0]);
  }

  /// Outcome of an attempt to carry an operation out.
  enum class Progress : std::uint8_t { over, waits };

  /// A timer, a link timeout or delayed work; `operation` is null if it is cancelled or done.
  struct Pending {
    AsyncOperation* operation = nullptr;
    Instant due{};
    std::uint32_t gone = 0;  // how far it is, as earlier cancels were answered: see `reach`
  };

  /// The result that a cancel of an operation reports, and whether it stops the operation.
  struct Reach {
    std::int32_t result = 0;
    bool stops = true;
  };

  void readable(EndId end, FactIndex cause) override;
  void writable(EndId end, FactIndex cause) override;
  void acceptable(std::uint16_t port, FactIndex cause) override;
  void datagram_arrived(std::uint16_t port, FactIndex cause) override;
  void expect_arrival(EndId end, std::uint32_t step) override;
  void on_event(const ScheduledEvent& event) override;

  bool wait_for_completions(Instant deadline);
  bool looks_on();
  [[gnu::cold]] void reap_what_fits(CompletionEventQueue& queue);
  bool is_full() const {
    return out_of_steps() || (recorder_ != nullptr && recorder_->recorded() >= config_.fact_limit);
  }
  bool is_time_up() const { return timed_out_ && schedule_.now() >= config_.run_limit; }
  /// For a world in which events are still to come.
  bool has_ended() { return has_ended_before(schedule_.next_time()); }
  bool has_ended_before(Instant next) {
    limit_reached_ = next > config_.run_limit || is_time_up() || is_full();
    return limit_reached_;
  }
  void take_next_event();

  /// Kinds of operations that wait on a socket, as bits.
  enum Waiting : std::uint8_t { polling = 1, receiving = 2, sending = 4 };
  static constexpr std::uint8_t both_ways = receiving | sending;
  static OperationList Socket::*list_of(Waiting who) {
    if (who == polling) return &Socket::polls;
    return who == receiving ? &Socket::receives : &Socket::sends;
  }
  static OperationList Socket::*list_of(Place place) {
    if (place == Place::polls) return &Socket::polls;
    return place == Place::receives ? &Socket::receives : &Socket::sends;
  }
  enum EventType : std::uint32_t { timer_expires, rouses, lets_go, closes };
  void rouse(std::uint32_t socket, std::uint8_t who, FactIndex cause);
  void rouse_later(std::uint32_t socket, std::uint8_t who, FactIndex cause);
  bool tries_again_later(std::uint32_t socket, FactIndex cause);
  void look();
  void serve_next_roused(const ScheduledEvent& event);
  bool leaves_accepts_alone(std::uint32_t socket);
  void let_go_of(std::uint32_t socket, AsyncOperation& cancelled, FactIndex cause);
  void let_go_of_any(std::uint32_t socket, FactIndex cause);
  void let_go_of_one(std::uint32_t socket, std::uint32_t chosen, FactIndex cause);
  void release_closed(std::uint32_t socket, FactIndex cause);
  void go_on_with(const ChainStep& step);
  void begin_linked(AsyncOperation& linked, bool by_worker);
  void begin_late(AsyncOperation& head);
  void put_off(AsyncOperation& operation, FactIndex cause);
  void go_on_after_batch();
  bool is_done_by_worker(const AsyncOperation& operation, std::int32_t result) const;
  void cancel_linked(AsyncOperation& linked, std::int32_t result, const ChainStep& step);
  static bool is_for_workers(const AsyncOperation& operation) {
    return operation.opcode == Opcode::shutdown || operation.opcode == Opcode::fsync;
  }
  void carry_out_by_worker(AsyncOperation& operation, FactIndex cause);
  void carry_out_by_quick_worker(AsyncOperation& operation, FactIndex cause);
  void tell_before_batch(std::size_t before);
  void tell_of_quick_workers();
  void settle(AsyncOperation& connect, std::int32_t result, FactIndex cause);
  void settled(AsyncOperation& connect, std::int32_t result, FactIndex cause);
  void connect_again(AsyncOperation& operation, std::uint32_t socket, FactIndex started);
  std::int32_t count_cancelled(const std::vector<AsyncOperation*>& targets) const;
  void finish(AsyncOperation& operation, std::int32_t result, FactIndex cause,
              std::uint32_t flags = 0);
  void note_told_by_worker(const AsyncOperation& operation);
  void finish_late(AsyncOperation& operation, std::int32_t result, FactIndex cause,
                   std::uint32_t flags);
  bool completes_late(const AsyncOperation& operation, std::int32_t result) const;
  void tell_late(AsyncOperation& operation, std::int32_t result, FactIndex cause);
  bool goes_on_late(AsyncOperation& operation, FactIndex cause);
  void take_number(AsyncOperation& operation, Instant when, FactIndex cause);

  /// The running thread is busy for `cost`; the rest of the world continues meanwhile.
  void spend(Duration cost) {
    if (cost > Duration::zero()) pass(cost);
  }
  void pass(Duration cost);
  void submit();
  void record_submission();
  Duration submission_cost() const;
  void refuse_chain(AsyncOperation& head);
  void end_refused(AsyncOperation& head, FactIndex cause);
  void begin_chain(AsyncOperation& head);
  void begin(AsyncOperation& operation);
  bool expires_before(const AsyncOperation& linked);
  void begin_with(AsyncOperation& linked, AsyncOperation& operation, FactIndex started);
  void run_chains() {
    if (!chain_steps_.empty() || !order_.empty()) go_on_with_chains();
  }
  void go_on_with_chains();
  void run_step(const ChainStep& step);
  void add_step(const ChainStep& step) {
    if (step.operation != nullptr) chain_steps_.push_back(step);
  }
  void note_held_back();
  static void refuse_behind_drain(const AsyncOperation& head);
  bool begin_released();
  void forget_posted();
  void end_chains();
  void part_those_at_work(std::vector<AsyncOperation*>& targets,
                          std::vector<AsyncOperation*>& counted);
  bool cancel_everything();
  bool go_on_with_late_work();

  void carry_out(AsyncOperation& operation, FactIndex started);
  void carry_out_on_stream(AsyncOperation& operation, std::uint32_t socket, FactIndex started);
  void carry_out_in_general(AsyncOperation& operation, FactIndex started);
  void carry_out_on(std::uint32_t socket, AsyncOperation& operation, FactIndex started);
  void carry_out_connect(AsyncOperation& operation, std::uint32_t socket, FactIndex started);
  void carry_out_shutdown(AsyncOperation& operation, std::uint32_t socket, FactIndex started);
  void carry_out_file_verb_on_socket(AsyncOperation& operation, std::uint32_t socket,
                                     FactIndex started);
  void carry_out_cancel(AsyncOperation& operation, FactIndex started);
  void wait_for_disk(AsyncOperation& operation, FileId file, FactIndex started);
  void carry_out_file(AsyncOperation& operation, FactIndex cause);
  void carry_out_on_file(AsyncOperation& operation, std::uint32_t socket, FactIndex cause);
  void carry_out_open(AsyncOperation& operation, FactIndex cause);
  std::uint32_t& file_questions(FileId file);
  const char* file_label(FileId file, std::string_view path);
  void cancel_pending(AsyncOperation& target, FactIndex cause);
  void expire(AsyncOperation& timeout, FactIndex cause);
  Reach reach(OperationToken target);
  void wait_for_worker(OperationToken target);
  bool escapes(OperationToken target, const AsyncOperation& timeout);
  static bool is_at_work(const AsyncOperation& operation);
  void report_by_worker(AsyncOperation& operation);
  static bool is_waiting(const AsyncOperation& operation);
  bool is_roused(const AsyncOperation& waiting) const;
  bool holds_socket(const AsyncOperation& pending) const {
    if (place_of(pending) != Place::timer) return false;
    const bool at_disk = pending.opcode == Opcode::read || pending.opcode == Opcode::write ||
                         (pending.opcode == Opcode::fsync && !is_free());
    return at_disk || pending.opcode == Opcode::connect;
  }
  void set_timer(AsyncOperation& operation, Instant when, FactIndex cause);

  Progress attempt(AsyncOperation& operation, std::uint32_t socket, FactIndex cause);
  Progress attempt_on_stream(AsyncOperation& operation, std::uint32_t socket, FactIndex cause) {
    return operation.opcode == Opcode::receive ? try_receive(operation, socket, cause)
                                               : try_send(operation, socket, cause);
  }
  Progress attempt_datagram(AsyncOperation& operation, std::uint32_t socket, FactIndex cause);
  Progress try_receive(AsyncOperation& operation, std::uint32_t socket, FactIndex cause);
  Progress try_receive_in_general(AsyncOperation& operation, std::uint32_t socket, FactIndex cause);
  Progress end_of_stream(AsyncOperation& operation, std::int32_t result, FactIndex cause);
  Progress try_receive_from(AsyncOperation& operation, std::uint32_t socket, FactIndex cause);
  Progress try_receive_provided(AsyncOperation& operation, std::uint32_t socket, FactIndex cause);
  Progress try_send(AsyncOperation& operation, std::uint32_t socket, FactIndex cause);
  Progress try_accept(AsyncOperation& operation, std::uint32_t socket, FactIndex cause);
  Progress try_poll(AsyncOperation& operation, std::uint32_t socket, FactIndex cause);
  void carry_out_on_pipe(AsyncOperation& operation, std::uint32_t socket, FactIndex started);
  Progress try_read_pipe(AsyncOperation& operation, std::uint32_t socket, FactIndex cause);
  Progress try_write_pipe(AsyncOperation& operation, std::uint32_t socket, FactIndex cause);
  void release_pipe(std::uint32_t socket, FactIndex cause);
  bool is_ready(const Socket& socket, Readiness readiness) const;
  bool is_connected(const Socket& socket) const;
  /// Operations that wait on the socket try again.
  void wake(std::uint32_t index, std::uint8_t who, FactIndex cause) {
    const Socket& socket = sockets_[index];
    OperationList Socket::*const list = (who & receiving) != 0 ? &Socket::receives : &Socket::sends;
    // Usually only one of a kind waits.
    const bool several = (socket.*list).has_several() || (who & both_ways) == both_ways ||
                         ((who & polling) != 0 && !socket.polls.empty());
    if (several) return wake_several(index, who, cause);
    if ((who & both_ways) != 0 && !(socket.*list).empty()) wake_single(list, index, cause);
  }
  void wake_single(OperationList Socket::*list, std::uint32_t socket, FactIndex cause);
  [[gnu::cold]] void wake_several(std::uint32_t socket, std::uint8_t who, FactIndex cause);
  void wake_accepts(std::uint32_t socket, FactIndex cause);
  void mark_woken_polls(std::uint32_t socket);
  Progress try_again(AsyncOperation& operation, OperationList Socket::*list, std::uint32_t socket,
                     FactIndex cause);
  void serve_one(OperationList Socket::*list, std::uint32_t socket, std::uint32_t waiting,
                 FactIndex cause);
  bool serve_woken_poll(std::uint32_t socket, FactIndex cause);
  bool is_disturbed(std::uint32_t socket, const AsyncOperation& poll);
  /// For `backend_state[1]` of an operation that begins to wait.
  std::uint64_t arming_of(std::uint32_t socket) { return std::uint64_t{armings_++} << 32 | socket; }
  /// For two waiting operations; the counter may wrap.
  static bool is_newer(const AsyncOperation* one, const AsyncOperation* other) {
    const auto arming = [](const AsyncOperation* each) {
      return static_cast<std::uint32_t>(each->backend_state[1] >> 32);
    };
    return static_cast<std::int32_t>(arming(one) - arming(other)) > 0;
  }
  static bool waits_since(const OperationList& list, std::uint32_t armings) {
    const AsyncOperation* each = list.first();
    const auto is_older = [armings](const AsyncOperation* operation) {
      const auto arming = static_cast<std::uint32_t>(operation->backend_state[1] >> 32);
      return static_cast<std::int32_t>(arming - armings) < 0;
    };
    while (each != nullptr && is_older(each)) each = each->next;
    return each != nullptr;
  }
  static constexpr std::uint64_t woken_poll = UINT64_MAX;
  static bool was_woken(const AsyncOperation& poll) { return poll.backend_state[2] == woken_poll; }
  static bool has_woken_poll(const Socket& socket) {
    const AsyncOperation* poll = socket.polls.first();
    while (poll != nullptr && !was_woken(*poll)) poll = poll->next;
    return poll != nullptr;
  }
  std::uint32_t transfer_size(std::uint32_t possible, std::uint64_t entity,
                              std::uint32_t& questions);

  void pend(AsyncOperation& operation, Place place, std::uint32_t socket);
  /// Only accepts and receives into provided buffers can repeat; others complete once.
  static bool repeats(const AsyncOperation& operation) {
    return operation.multishot &&
           (operation.opcode == Opcode::accept ||
            (operation.opcode == Opcode::receive && operation.buffers != nullptr));
  }
  /// Flags of a multishot operation's result: `completion_more` if it continues.
  std::uint32_t more_of(const AsyncOperation& operation) const;
  void complete(AsyncOperation& operation, std::int32_t result, FactIndex cause,
                std::uint32_t flags = 0);
  void end(AsyncOperation& operation, std::int32_t result, const ChainStep& step,
           std::uint32_t flags, bool told);
  [[gnu::always_inline]] void tell(const Completion& completion) {
    record(FactKind::completion_queued, *completion.operation, 0, 0);
    posted_.push_back(completion);
  }
  /// Call when the operation is done.
  void forget(AsyncOperation& operation) {
    operation.backend_state[0] = static_cast<std::uint64_t>(Place::nowhere);
    order_.count_end();
  }
  bool is_put_off(const AsyncOperation& operation);
  bool is_free() const { return config_.freedom == KernelFreedom::full; }
  std::uint32_t choose(std::uint32_t n, QuestionKind kind, OperationId operation);
  std::uint32_t choose(std::uint32_t n, QuestionKind kind, const AsyncOperation& operation) {
    return choose(n, kind, operation.id);
  }
  void record_choice(std::uint32_t answer, std::uint32_t n, QuestionKind kind);
  FactIndex record(FactKind kind, const AsyncOperation& operation, std::int64_t value,
                   FactIndex cause, std::uint8_t detail = 0) {
    if (recorder_ == nullptr) return 0;
    return recorder_->record({.value = static_cast<std::uint64_t>(value),
                              .operation = to_number(operation.id),
                              .cause = cause,
                              .kind = kind,
                              .detail = detail});
  }

  bool descriptors_gone() const {
    return descriptors_.full() || (config_.shortage != nullptr && config_.shortage->no_descriptors);
  }
  bool descriptor_left(std::error_code& error) const;
  std::uint32_t add_socket(HandleKind kind, const char* label);
  Handle add_handle(std::uint32_t socket, std::uint32_t connection, std::uint16_t thread,
                    FactIndex cause);
  /// The socket behind `handle`, or `no_socket` (EBADF).
  std::uint32_t socket_of(Handle handle) const { return descriptors_.object_of(handle); }
  /// Drops a reference; the last one ends the stream or frees the port.
  void release(std::uint32_t socket, FactIndex cause) {
    if (--sockets_[socket].references == 0) release_last(socket, cause);
  }
  void release_last(std::uint32_t socket, FactIndex cause);
  std::int32_t close_handle(Handle handle, FactIndex cause);
  std::int32_t forget_handle(Handle handle, FactIndex cause);

  static constexpr std::uint32_t no_socket = DescriptorTable::nothing;

  SimulatedOsConfig config_;
  Schedule& schedule_;
  Network& network_;
  Datagrams& datagrams_;
  Files& files_;
  Recorder* recorder_;
  Instant* worker_clock_ = nullptr;
  LoopCore* core_ = nullptr;
  SystemUsage usage_;
  OperationList submissions_;
  std::uint32_t submission_count_ = 0;
  std::vector<Completion> posted_;  // the kernel's completion queue
  std::uint32_t overflows_ = 0;
  std::map<std::pair<QuestionKind, std::uint64_t>, std::uint32_t> asked_;
  ChainOrder order_;
  std::uint32_t drain_questions_ = 0;
  std::uint32_t look_questions_ = 0;
  bool submitting_ = false;
  std::size_t batch_begins_ = 0;              // number of completions posted before it
  bool in_worker_ = false;                    // a kernel thread begins the operations
  std::vector<OperationId> told_by_workers_;  // the latest few
  bool releasing_ = false;
  const AsyncOperation* in_worker_alone_ = nullptr;  // a worker begins it, and reports it later
  bool chains_used_ = false;                         // something was linked, or delayed by a drain
  /// With usual freedom: what happens once the batch is submitted, in this order.
  struct AfterBatch {
    AsyncOperation* operation = nullptr;  // null: wakes those that wait on `socket`
    FactIndex cause = 0;
    std::uint32_t socket = 0;
    std::uint8_t woken = 0;
  };
  std::vector<AfterBatch> after_batch_;
  bool passing_ = false;                    // the program is busy, with full freedom
  std::vector<ScheduledEvent> until_look_;  // to be scheduled at its next wait
  std::vector<Socket, LargePages<Socket>> sockets_;
  std::vector<std::uint32_t> free_sockets_;
  DescriptorTable descriptors_;
  Pipes pipes_;
  std::vector<Pending> timers_;  // by number; not only timers, see simulated_late_work.cpp
  std::vector<ChainStep> chain_steps_;
  std::vector<std::uint32_t> file_questions_;  // asked so far: of opening, then by file
  std::vector<const char*> file_labels_;       // by file; null: none yet
  std::vector<std::uint32_t> free_timers_;
  std::size_t pending_ = 0;
  std::uint32_t armings_ = 0;  // operations that began to wait, or to wait again
  bool woken_ = false;
  std::uint64_t steps_ = 0;  // waits, and events of the world
  bool timed_out_ = false;   // a computation exceeds the run's limit
  bool limit_reached_ = false;
};

}  // namespace proactor_lab
