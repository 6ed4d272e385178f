// The live Linux kernel through io_uring(7): the processor is the kernel, and the demultiplexer
// reaps its completion ring.
//
// The thread that opens the backend is the loop thread: the ring is created with SINGLE_ISSUER, so
// only that thread may start operations and wait.
#pragma once

#include <atomic>
#include <memory>
#include <span>
#include <system_error>

#include "core/detail/flag_mix.hpp"
#include "core/live/live_backend.hpp"
#include "core/recording/recorder.hpp"

struct io_uring_sqe;  // liburing's entry of the submission queue
struct io_uring_cqe;  // liburing's entry of the completion queue

namespace proactor_lab {

/// Parameters of a ring (io_uring_setup(2)).
struct RingOptions {
  /// Size of the submission queue. When it is full, its entries are submitted early, so a busy
  /// server makes several system calls instead of one.
  unsigned submission_entries = 1024;
  /// Size of the completion ring. A busy server completes more operations between two waits than it
  /// submits at once; if the ring is full, the kernel keeps the rest in a list.
  unsigned completion_entries = 4096;
  /// The kernel processes completions only while the loop waits for them
  /// (IORING_SETUP_DEFER_TASKRUN): no interruptions, larger batches. Ignored on kernels before 6.1,
  /// which lack it.
  bool defers_work = true;
};

class IoUringBackend final : public LiveBackend {
 public:
  /// Returns null and sets `error` if the kernel refuses a ring: ENOSYS (not in this kernel, or
  /// older than Linux 6.0), EPERM (forbidden, as in many containers), ENOMEM, EMFILE.
  static std::unique_ptr<IoUringBackend> open(Recorder* recorder, std::error_code& error,
                                              const RingOptions& options = {});
  ~IoUringBackend() override;

  Instant now() const override;
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

  /// A timer that expires completes with 0, not with the kernel's -ETIME.
  void start(AsyncOperation& operation) override;
  void give_back(BufferGroup& group, std::uint16_t buffer) override;
  /// Cancels all operations and waits until the kernel has released every buffer. Operations that a
  /// hard link starts meanwhile are carried out, and cancelled if they have to wait. The ring is
  /// then in its initial state.
  void release_all() override;
  void close_all() override;
  bool wait(CompletionEventQueue& queue, Instant deadline) override;
  /// Any thread; async-signal-safe.
  void wake() override;

  /// Number of waits that found more completions than the ring has entries. None is lost.
  std::uint32_t overflows() const { return overflows_; }

 private:
  struct Ring;
  struct Message;

  IoUringBackend(std::unique_ptr<Ring> ring, Recorder* recorder);
  io_uring_sqe* take_entry();
  void make_room(unsigned entries);
  void start_slow(AsyncOperation& operation);
  void prepare(AsyncOperation& operation, io_uring_sqe* sqe);
  void prepare_message(AsyncOperation& operation, io_uring_sqe* sqe);
  void prepare_timeout(AsyncOperation& operation, io_uring_sqe* sqe);
  void prepare_cancel(AsyncOperation& operation, io_uring_sqe* sqe);
  std::int32_t settle(AsyncOperation& operation, std::int32_t result, bool more);
  void record_submissions();
  int submit_and_wait_until(Instant deadline);
  void take_what_else_is_ready(unsigned ready);
  bool reap(CompletionEventQueue& queue);
  bool reap_slow(const io_uring_cqe& cqe, Completion& completion);
  void record_reaped(std::span<const Completion> completions);
  void record_handles(std::span<const Completion> completions, FactIndex before);
  void record_handle(const Completion& completion, FactIndex reaped);

  // Taking all operations back (io_uring_release.cpp).
  void drop_unsubmitted();
  void cancel_all_in_kernel();
  unsigned forget_completions();
  void forget_drains();

  std::unique_ptr<Ring> ring_;
  Recorder* recorder_;
  std::size_t in_flight_ = 0;  // each has exactly one final completion
  std::uint32_t overflows_ = 0;
  unsigned taken_at_once_ = 0;            // maximum number of completions per wait
  bool woken_ = false;                    // by `wake`, since the current wait began
  AsyncOperation* chain_head_ = nullptr;  // of the chain that is being started, if any
  AsyncOperation* chain_end_ = nullptr;   // the last operation, if it is linked to the next one
  FlagMix flags_used_;
};

}  // namespace proactor_lab
