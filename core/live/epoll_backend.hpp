// A proactor on a reactor: epoll(7) only reports when a descriptor is ready, so the backend carries
// operations out itself, as Asio does on Linux. It is the fallback if io_uring is refused, and a
// lesson in itself. The program sees no difference, but the trace does: every byte is moved by the
// application, on the loop thread.
//
// - A started operation is tried when the loop next waits, with a non-blocking system call.
//   If it would block, it waits in a list of its descriptor and is tried again on readiness.
// - Edge-triggered: a descriptor is registered once, for both directions, when the first operation
//   has to wait on it, and needs no epoll_ctl(2) afterwards. That is safe because every operation
//   is tried before it waits, and because an event only means "try again": one too many is
//   harmless.
// - Timers are a heap, with one timerfd(2) for the earliest. It has nanosecond resolution; the
//   timeout of epoll_wait(2) is in milliseconds, and epoll_pwait2(2) is too new to rely on.
// - Regular files have no readiness (epoll_ctl(2) returns EPERM). `open`, `read`, `write` and
//   `fsync` are carried out synchronously: the loop, and with it every other operation, waits until
//   the disk has answered.
// - `close` cancels nothing, as on io_uring: if operations are pending, the backend keeps a
//   duplicate (dup(2)) of the descriptor until they are done, so that they still receive their
//   bytes and the peer sees no end of stream. If no descriptor is free for that (EMFILE), the
//   closed number itself stays in use until then.
//
// Differences from io_uring that a program can see: operations on different handles complete in the
// order of their descriptors' readiness, those on one handle in the order of their initiation; a
// cancel never yields EALREADY; `read` and `write` work on files, sockets and the pipes that the
// backend opened (ESPIPE on pipes that would block); `cancel_now` is EOPNOTSUPP.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <system_error>
#include <vector>

#include "core/detail/chain_order.hpp"
#include "core/detail/operation_list.hpp"
#include "core/detail/timer_heap.hpp"
#include "core/live/live_backend.hpp"
#include "core/live/live_handles.hpp"
#include "core/recording/recorder.hpp"

namespace proactor_lab {

/// The thread that calls `wait` is the loop thread. All calls except `wake` must be made on it.
class EpollBackend final : public LiveBackend {
 public:
  /// Returns null and sets `error` if no descriptors are left (EMFILE) or the kernel has no memory.
  static std::unique_ptr<EpollBackend> open(Recorder* recorder, std::error_code& error);
  ~EpollBackend() override;

  Instant now() const override;
  Handle listen(Endpoint endpoint, const char* label, std::error_code& error) override;
  Handle open_stream_socket(const char* label, std::error_code& error) override;
  Handle open_datagram_socket(Endpoint endpoint, const char* label,
                              std::error_code& error) override;
  Pipe open_pipe(const char* label, std::error_code& error) override;
  void register_buffers(BufferGroup&, std::error_code& error) override { error.clear(); }
  void unregister_buffers(BufferGroup&) override {}
  Endpoint local_endpoint(Handle handle) const override;
  std::uint64_t file_size(Handle handle, std::error_code& error) const override;
  void close(Handle handle) override;
  void close_all() override;
  void compute(Duration cost) override;

  void start(AsyncOperation& operation) override { submissions_.push(operation); }
  void give_back(BufferGroup& group, std::uint16_t buffer) override { group.give_back(buffer); }
  void release_all() override;
  bool wait(CompletionEventQueue& queue, Instant deadline) override;
  /// Any thread; async-signal-safe.
  void wake() override;

 private:
  /// The kernel's descriptors that the loop itself uses.
  struct Descriptors {
    int epoll = -1;
    int wake = -1;   // an eventfd
    int timer = -1;  // a timerfd
    ~Descriptors();
  };

  /// The operations that wait on a descriptor.
  struct Channel {
    OperationList reads;   // or accepts
    OperationList writes;  // or a connect
    OperationList polls;   // for reading and for writing
    bool registered = false;
    bool closed = false;  // by the program; the backend's until the last operation is done
    bool ended = false;   // a datagram socket after shutdown, which recv(2) does not report
    bool idle() const { return reads.empty() && writes.empty() && polls.empty(); }
  };

  /// The state of an operation, kept in `backend_state[0]`. `[1]` is its descriptor, or the target
  /// of a link timeout. `[2]` is its index in the timer heap, the bytes that a receive with
  /// wait_all has received so far, or whether a deferred chain drains. `[3]` is the operation
  /// linked to it.
  enum class Place : std::uint64_t {
    nowhere,
    chained = ChainOrder::chained_place,
    reads,
    writes,
    polls,
    timer,
  };
  static Place place_of(const AsyncOperation& operation) {
    return static_cast<Place>(operation.backend_state[0]);
  }
  static void set_place(AsyncOperation& operation, Place place) {
    operation.backend_state[0] = static_cast<std::uint64_t>(place);
  }

  /// Outcome of an attempt to carry an operation out.
  enum class Progress : std::uint8_t { over, waits };

  EpollBackend(std::unique_ptr<Descriptors> descriptors, Recorder* recorder);

  // The loop (epoll_backend.cpp).
  void submit();
  void begin_chain(AsyncOperation& head);
  void refuse_chain(AsyncOperation& head);
  void begin(AsyncOperation& operation, FactIndex cause);
  void run_chains();
  void run_step(const ChainStep& step);
  void add_step(const ChainStep& step);
  bool begin_released();
  bool look(Instant until);
  void arm_timer(Instant moment);
  void expire_timers();
  void set_timer(AsyncOperation& operation);
  FactIndex complete(AsyncOperation& operation, std::int32_t result, FactIndex cause,
                     std::uint32_t flags = 0);
  FactIndex end(AsyncOperation& operation, std::int32_t result, const ChainStep& step,
                std::uint32_t flags, bool told);
  FactIndex record(FactKind kind, const AsyncOperation& operation, std::int64_t value,
                   FactIndex cause, std::uint8_t detail = 0);

  // Descriptors and the operations that wait on them (epoll_channels.cpp).
  Channel& channel_of(int descriptor);
  bool is_closed(int descriptor) const;
  bool has_ended(int descriptor) const;
  void pend(AsyncOperation& operation, Place place, int descriptor, FactIndex cause);
  OperationList& list_of(Channel& channel, Place place);
  void serve(int descriptor, std::uint32_t events);
  void serve_list(OperationList Channel::*list, int descriptor);
  void end_without_buffers(OperationList& list, int descriptor, FactIndex cause);
  void serve_polls(int descriptor);
  void wake_polls(int descriptor);
  FactIndex record_readiness(const AsyncOperation& operation, int descriptor);
  void release_if_idle(int descriptor);
  std::int32_t close_handle(Handle handle, FactIndex cause);
  void carry_out_cancel(AsyncOperation& operation, FactIndex started);
  void cancel_pending(AsyncOperation& target, FactIndex cause);

  // What each operation does (epoll_operations.cpp).
  void carry_out(AsyncOperation& operation, FactIndex started);
  void carry_out_on(int descriptor, AsyncOperation& operation, FactIndex started);
  Progress carry_out_file(AsyncOperation& operation, FactIndex started);
  void read_file_provided(AsyncOperation& operation, FactIndex started);
  Progress attempt(AsyncOperation& operation, int descriptor, FactIndex cause);
  Progress try_accept(AsyncOperation& operation, int descriptor, FactIndex cause);
  Progress try_receive_all(AsyncOperation& operation, int descriptor, FactIndex cause);
  Progress try_receive_provided(AsyncOperation& operation, int descriptor, FactIndex cause);
  void record_opened(int descriptor, HandleKind kind, FactIndex cause);
  FactIndex record_moved(const AsyncOperation& operation, std::int32_t bytes, FactIndex cause);

  std::unique_ptr<Descriptors> descriptors_;
  Recorder* recorder_;
  LiveHandles handles_;
  OperationList submissions_;
  std::deque<Channel> channels_;  // by descriptor; a deque, so that they do not move
  TimerHeap timers_;
  Instant timer_armed_ = never;
  std::vector<ChainStep> chain_steps_;
  ChainOrder order_;
  bool submitting_ = false;
  std::uint32_t taken_ = 0;                // number of receives and accepts that took something
  std::vector<AsyncOperation*> targets_;   // of the cancel that is carried out
  CompletionEventQueue* queue_ = nullptr;  // set while `wait` runs
};

}  // namespace proactor_lab
