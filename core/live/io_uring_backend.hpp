// The live Linux kernel through io_uring(7): the processor is the kernel, the demultiplexer reaps
// its completion ring. One of the two sides of the first seam.
//
// The thread that opens the backend is the loop thread: the ring is created SINGLE_ISSUER, and only
// that thread may start and wait.
#pragma once

#include <atomic>
#include <memory>
#include <span>
#include <system_error>

#include "core/detail/flag_mix.hpp"
#include "core/live/live_backend.hpp"
#include "core/recording/recorder.hpp"

struct io_uring_sqe;  // liburing's: an entry of the submission queue,
struct io_uring_cqe;  // and of the completion queue

namespace proactor_lab {

/// How a ring is made (io_uring_setup(2)).
struct RingOptions {
  /// Where they are used up, they are submitted: in several goes what a busy server could have
  /// handed over in one.
  unsigned submission_entries = 1024;
  /// A busy server completes more between two looks than it submits in one go; where the ring is
  /// too small, the kernel keeps the rest in a list.
  unsigned completion_entries = 4096;
  /// Completions are worked on only while the loop waits for them: no interruptions, better
  /// batches. Kernels before 6.1 cannot do it, and do without.
  bool defers_work = true;
};

class IoUringBackend final : public LiveBackend {
 public:
  /// Null and an error if the kernel refuses a ring: ENOSYS (none in this kernel, or older than
  /// Linux 6.0), EPERM (forbidden, as in many containers), ENOMEM, EMFILE.
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

  /// A timer that expires completes with 0; the kernel's own word for it is -ETIME.
  void start(AsyncOperation& operation) override;
  void give_back(BufferGroup& group, std::uint16_t buffer) override;
  /// Cancels all and waits until the kernel has let go of every buffer. What a hard link starts
  /// after that is carried out, too, and cancelled if it has to wait. Then the ring is as new.
  void release_all() override;
  void close_all() override;
  bool wait(CompletionEventQueue& queue, Instant deadline) override;
  /// Also safe in a signal handler.
  void wake() override;

  /// How many waits found more completions than their ring has entries for. None is lost.
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

  // Taking everything back (io_uring_release.cpp).
  void drop_unsubmitted();
  void cancel_all_in_kernel();
  unsigned forget_completions();
  void forget_drains();

  std::unique_ptr<Ring> ring_;
  Recorder* recorder_;
  std::size_t in_flight_ = 0;  // each completes, for good, exactly once
  std::uint32_t overflows_ = 0;
  unsigned taken_at_once_ = 0;            // so many completions a wait takes, if they are ready
  bool woken_ = false;                    // by `wake`, since the current wait began
  AsyncOperation* chain_head_ = nullptr;  // of the chain that is being started, if any
  AsyncOperation* chain_end_ = nullptr;   // the last operation, if the next one is linked to it
  FlagMix flags_used_;
};

}  // namespace proactor_lab
