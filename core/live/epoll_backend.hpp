// A proactor on a reactor: epoll(7) tells when a descriptor is ready, and nothing more. So the
// backend completes operations itself, as Asio does on Linux: the fallback where io_uring is
// refused, and a lesson of its own. The program cannot tell; the trace can: every byte is moved by
// the application, on the loop thread.
//
// - What was started is tried when the loop next waits, with a system call that does not block.
//   What would have blocked waits in a list of its descriptor and is tried again on readiness.
// - Edge-triggered: a descriptor is registered once, for both directions, when the first operation
//   has to wait on it, and costs no epoll_ctl(2) afterwards. That is safe because everything is
//   tried before it waits, and because an event only says "try again": one too many does no harm.
// - Timers are a heap, and one timerfd(2) for the earliest: to the nanosecond, where the timeout of
//   epoll_wait(2) counts milliseconds and epoll_pwait2(2) is too young to rely on.
// - Regular files have no readiness (epoll_ctl(2) answers EPERM). `open`, `read`, `write` and
//   `fsync` are carried out on the spot: the loop stands still until the disk has answered, and so
//   does every other operation.
// - `close` cancels nothing, as on io_uring: where operations are pending, the backend keeps a
//   duplicate (dup(2)) of the descriptor until they are over, so that they still get their bytes
//   and the peer sees no end. Where no descriptor is left for that (EMFILE), the closed number
//   itself stays taken until then.
//
// Differences from io_uring a program could see: operations on different handles complete in the
// order of their descriptors' readiness, those on one in the order of their initiation; a cancel
// never answers EALREADY; `read` and `write` are for files, sockets and the pipes it opened (ESPIPE
// on those that would block); `cancel_now` is EOPNOTSUPP.
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

/// The thread that waits is the loop thread. Also starting, and all else but `wake`, is its own.
class EpollBackend final : public LiveBackend {
 public:
  /// Null and an error where the process has no descriptors left (EMFILE) or the kernel no memory.
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
  /// Also safe in a signal handler.
  void wake() override;

 private:
  /// The kernel's descriptors that the loop needs for itself.
  struct Descriptors {
    int epoll = -1;
    int wake = -1;   // an eventfd
    int timer = -1;  // a timerfd
    ~Descriptors();
  };

  /// What waits on a descriptor.
  struct Channel {
    OperationList reads;   // or accepts
    OperationList writes;  // or a connect
    OperationList polls;   // for reading and for writing
    bool registered = false;
    bool closed = false;  // by the program: ours until the last operation is over
    bool ended = false;   // a datagram socket that receives no more, which recv(2) does not tell
    bool idle() const { return reads.empty() && writes.empty() && polls.empty(); }
  };

  /// Where an operation is, kept in `backend_state[0]`. `[1]` is its descriptor, or the target of
  /// a link timeout; `[2]` its place among the timers, what a receive that waits for all has got so
  /// far, or whether a chain that waits its turn drains; `[3]` the operation that is linked to it.
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

  /// How an attempt to carry an operation out went.
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

  // Descriptors and who waits on them (epoll_channels.cpp).
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
  std::deque<Channel> channels_;  // by descriptor; a deque, so that they stay where they are
  TimerHeap timers_;
  Instant timer_armed_ = never;
  std::vector<ChainStep> chain_steps_;
  ChainOrder order_;
  bool submitting_ = false;
  std::uint32_t taken_ = 0;                // counts what was received and accepted
  std::vector<AsyncOperation*> targets_;   // of the cancel that is carried out
  CompletionEventQueue* queue_ = nullptr;  // while it waits
};

}  // namespace proactor_lab
