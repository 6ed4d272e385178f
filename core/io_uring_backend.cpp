#include "core/io_uring_backend.hpp"

#include <algorithm>
#include <array>
#include <cerrno>

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "core/io_uring_ring.hpp"

namespace proactor_lab {
namespace {

/// io_uring_enter(2) is to be called again.
bool is_passing(int error) {
  return error == -EINTR || error == -ETIME || error == -EBUSY || error == -EAGAIN;
}

Fact reaped_fact(const AsyncOperation& operation, std::int32_t result, std::uint32_t flags) {
  return {.value = static_cast<std::uint64_t>(std::int64_t{result}),
          .operation = to_number(operation.id),
          .kind = FactKind::completion_reaped,
          .detail = (flags & IORING_CQE_F_MORE) != 0};
}

}  // namespace

std::unique_ptr<IoUringBackend> IoUringBackend::open(Recorder* recorder, std::error_code& error,
                                                     const RingOptions& options) {
  auto ring = std::make_unique<Ring>(recorder);
  io_uring_params params{};
  params.flags = IORING_SETUP_SUBMIT_ALL | IORING_SETUP_CQSIZE;
  params.cq_entries = options.completion_entries;
  const unsigned defers = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN;
  if (options.defers_work) params.flags |= defers;
  int result = io_uring_queue_init_params(options.submission_entries, &ring->ring, &params);
  if (result == -EINVAL && options.defers_work) {
    result = io_uring_queue_init(options.submission_entries, &ring->ring, 0);  // before 6.1
  }
  if (result < 0) {
    error = {-result, std::system_category()};
    return nullptr;
  }
  // Saves looking the ring up at every io_uring_enter(2); where it is refused, nothing is lost.
  io_uring_register_ring_fd(&ring->ring);
  ring->wake_descriptor = eventfd(0, EFD_CLOEXEC);
  if (ring->wake_descriptor < 0) {
    error = last_system_error();
    io_uring_queue_exit(&ring->ring);
    return nullptr;
  }
  error.clear();
  return std::unique_ptr<IoUringBackend>(new IoUringBackend(std::move(ring), recorder));
}

IoUringBackend::IoUringBackend(std::unique_ptr<Ring> ring, Recorder* recorder)
    : ring_(std::move(ring)), recorder_(recorder) {
  arm_wake();
}

IoUringBackend::~IoUringBackend() {
  release_all();
  close_all();
  io_uring_queue_exit(&ring_->ring);
}

// --- The processor -----------------------------------------------------------------------------

/// Where the submission queue has fewer than `entries` left, what is in it goes to the kernel.
void IoUringBackend::make_room(unsigned entries) {
  entries = std::min(entries, ring_->ring.sq.ring_entries);
  while (io_uring_sq_space_left(&ring_->ring) < entries) {
    if (recorder_ != nullptr) record_submissions();
    io_uring_submit(&ring_->ring);
  }
}

/// Just before the io_uring_enter(2) that takes them.
void IoUringBackend::record_submissions() {
  const io_uring_sq& entries = ring_->ring.sq;
  const std::int64_t now = recorder_->stamp();
  for (unsigned each = entries.sqe_head; each != entries.sqe_tail; ++each) {
    const std::uint64_t data = entries.sqes[each & entries.ring_mask].user_data;
    if (data <= nobody) continue;
    recorder_->record(now, {.operation = to_number(operation_of(data)->id),
                            .thread = 1,
                            .kind = FactKind::operation_submitted});
  }
}

void IoUringBackend::release_all() {
  drop_unsubmitted();
  if (in_flight_ == 0 && !skips_success_) return;
  // Again and again: what is tied to a cancelled operation by a hard link starts only then. Our own
  // read of the wake descriptor is cancelled with the others.
  while (in_flight_ > 0 || ring_->wake_armed || skips_success_) {
    if (drains_ > 0 || skips_success_) {
      cancel_in_kernel();
      continue;
    }
    io_uring_sqe* sqe = take_entry();
    io_uring_prep_cancel(sqe, nullptr, IORING_ASYNC_CANCEL_ANY | IORING_ASYNC_CANCEL_ALL);
    io_uring_sqe_set_data64(sqe, nobody);
    __kernel_timespec pause{0, 1'000'000};
    io_uring_cqe* cqe = nullptr;
    const int result = io_uring_submit_and_wait_timeout(&ring_->ring, &cqe, 2, &pause, nullptr);
    if (result < 0 && !is_passing(result)) break;
    forget_completions();
  }
}

/// Where a submission would wait its turn behind a drain, or nobody would hear of its effect.
void IoUringBackend::cancel_in_kernel() {
  io_uring_submit(&ring_->ring);
  io_uring_sync_cancel_reg all{};
  all.flags = IORING_ASYNC_CANCEL_ANY | IORING_ASYNC_CANCEL_ALL;
  all.timeout = {0, 1'000'000};
  const int result = io_uring_register_sync_cancel(&ring_->ring, &all);
  io_uring_get_events(&ring_->ring);
  forget_completions();
  // Nothing was found, and so nothing is left that might end without a word.
  if (result == -ENOENT && in_flight_ == 0) skips_success_ = false;
}

/// What the kernel has not seen is never carried out.
void IoUringBackend::drop_unsubmitted() {
  io_uring_sq& entries = ring_->ring.sq;
  for (unsigned each = entries.sqe_head; each != entries.sqe_tail; ++each) {
    const std::uint64_t data = entries.sqes[each & entries.ring_mask].user_data;
    if (data == wake_data) ring_->wake_armed = false;
    if (data <= nobody) continue;
    const bool silent = has(operation_of(data)->flags, OperationFlags::skip_success);
    settle(*operation_of(data), -ECANCELED, false);
    if (!silent) --in_flight_;
  }
  entries.sqe_tail = entries.sqe_head;
  in_chain_ = false;
}

// --- The demultiplexer -------------------------------------------------------------------------

bool IoUringBackend::wait(CompletionEventQueue& queue, Instant deadline) {
  // A chain that the program left open ends here, and our own read does not become part of it.
  if (in_chain_ && !ring_->wake_armed) make_room(ring_->ring.sq.ring_entries);
  in_chain_ = false;
  if (drains_ > 0) {
    wait_for_drain(deadline);
    deadline = Instant::min();
  } else if (!ring_->wake_armed) {
    arm_wake();
  }
  if (recorder_ != nullptr) record_submissions();
  const int result = submit_and_wait_until(deadline);
  if (result < 0 && !is_passing(result)) {
    throw std::system_error(-result, std::system_category(), "io_uring_enter");
  }
  if ((io_uring_smp_load_acquire(ring_->ring.sq.kflags) & IORING_SQ_CQ_OVERFLOW) != 0) ++overflows_;
  reap(queue);
  return true;
}

int IoUringBackend::submit_and_wait_until(Instant deadline) {
  if (deadline == never) return io_uring_submit_and_wait(&ring_->ring, 1);
  const std::int64_t left =
      deadline == Instant::min() ? 0 : std::max<std::int64_t>(0, (deadline - now()).count());
  __kernel_timespec timeout{left / 1'000'000'000, left % 1'000'000'000};
  io_uring_cqe* cqe = nullptr;
  return io_uring_submit_and_wait_timeout(&ring_->ring, &cqe, 1, &timeout, nullptr);
}

/// An operation waits for all before it to be over. Our own read must not be among those: the ring
/// and the wake descriptor are watched from outside.
void IoUringBackend::wait_for_drain(Instant deadline) {
  if (recorder_ != nullptr) record_submissions();
  io_uring_submit(&ring_->ring);
  std::array<pollfd, 2> watched{
      {{ring_->ring.ring_fd, POLLIN, 0}, {ring_->wake_descriptor, POLLIN, 0}}};
  const std::int64_t left =
      deadline == never ? 0 : std::max<std::int64_t>(0, (deadline - now()).count());
  const timespec timeout{left / 1'000'000'000, left % 1'000'000'000};
  const int ready =
      ppoll(watched.data(), watched.size(), deadline == never ? nullptr : &timeout, nullptr);
  if (ready > 0 && watched[1].revents != 0) {
    [[maybe_unused]] const auto taken =
        read(ring_->wake_descriptor, &ring_->wake_count, sizeof(ring_->wake_count));
  }
}

/// Moves what is in the completion ring to `queue`.
void IoUringBackend::reap(CompletionEventQueue& queue) {
  // The kernel's flags are told on as they are.
  static_assert(completion_more == IORING_CQE_F_MORE && completion_buffer == IORING_CQE_F_BUFFER);
  static_assert(with_buffer(1) == (1u << IORING_CQE_BUFFER_SHIFT | IORING_CQE_F_BUFFER));
  const std::int64_t now = recorder_ != nullptr ? recorder_->stamp() : 0;
  io_uring_cq& cq = ring_->ring.cq;
  const unsigned tail = io_uring_smp_load_acquire(cq.ktail);  // those before it are whole
  for (unsigned head = *cq.khead; head != tail; ++head) {
    const io_uring_cqe& cqe = cq.cqes[head & cq.ring_mask];
    if ((cqe.user_data & tag_mask) != 0) {
      reap_with_care(cqe, &queue);
      continue;
    }
    AsyncOperation* operation = untagged_operation(cqe.user_data);
    if ((cqe.flags & IORING_CQE_F_MORE) == 0) --in_flight_;
    if (recorder_ != nullptr) recorder_->record(now, reaped_fact(*operation, cqe.res, cqe.flags));
    queue.push({operation, cqe.res, cqe.flags});
  }
  io_uring_smp_store_release(cq.khead, tail);
}

/// A completion that changes something here, or is our own. Without a queue, nobody
/// hears of it.
void IoUringBackend::reap_with_care(const io_uring_cqe& cqe, CompletionEventQueue* queue) {
  if (cqe.user_data <= nobody) {
    if (cqe.user_data == wake_data) ring_->wake_armed = false;
    return;
  }
  AsyncOperation& operation = *operation_of(cqe.user_data);
  const bool more = (cqe.flags & IORING_CQE_F_MORE) != 0;
  // Where success is not told, nobody counted on being told.
  if (!more && !has(operation.flags, OperationFlags::skip_success)) --in_flight_;
  const bool plain = (cqe.user_data & tag_mask) == 0;
  const std::int32_t result = plain ? cqe.res : settle(operation, cqe.res, more);
  if (queue == nullptr) {
    if ((cqe.flags & completion_buffer) != 0) {
      give_back(*operation.buffers, buffer_of(cqe.flags));
    }
    return;
  }
  if (recorder_ != nullptr) {
    const FactIndex reaped = recorder_->record(reaped_fact(operation, result, cqe.flags));
    if (result >= 0) record_handle(operation, result, reaped);
  }
  queue->push({&operation, result, cqe.flags});
}

void IoUringBackend::forget_completions() {
  io_uring_cqe* cqe = nullptr;
  unsigned head = 0;
  unsigned seen = 0;
  io_uring_for_each_cqe(&ring_->ring, head, cqe) {
    ++seen;
    reap_with_care(*cqe, nullptr);
  }
  io_uring_cq_advance(&ring_->ring, seen);
}

/// A completion may have opened a handle, or closed one.
void IoUringBackend::record_handle(const AsyncOperation& operation, std::int32_t result,
                                   FactIndex reaped) {
  if (operation.opcode == Opcode::accept || operation.opcode == Opcode::open) {
    const HandleKind kind =
        operation.opcode == Opcode::open ? HandleKind::file : HandleKind::stream;
    recorder_->record({.cause = reaped,
                       .handle = result,
                       .kind = FactKind::handle_opened,
                       .detail = static_cast<std::uint8_t>(kind)});
  } else if (operation.opcode == Opcode::close) {
    recorder_->record(
        {.cause = reaped, .handle = to_number(operation.handle), .kind = FactKind::handle_closed});
  }
}

void IoUringBackend::arm_wake() {
  io_uring_sqe* sqe = take_entry();
  io_uring_prep_read(sqe, ring_->wake_descriptor, &ring_->wake_count, sizeof(ring_->wake_count), 0);
  io_uring_sqe_set_data64(sqe, wake_data);
  ring_->wake_armed = true;
}

/// Our own read is over before anything that is started from now on.
void IoUringBackend::disarm_wake() {
  const io_uring_sq& entries = ring_->ring.sq;
  for (unsigned each = entries.sqe_head; each != entries.sqe_tail; ++each) {
    io_uring_sqe* sqe = &entries.sqes[each & entries.ring_mask];
    if (sqe->user_data != wake_data) continue;
    io_uring_prep_nop(sqe);  // the kernel has not seen it
    io_uring_sqe_set_data64(sqe, wake_data);
    return;
  }
  io_uring_sync_cancel_reg own{};
  own.addr = wake_data;
  own.timeout = {-1, -1};
  io_uring_register_sync_cancel(&ring_->ring, &own);
}

void IoUringBackend::wake() {
  const std::uint64_t one = 1;
  // Fails only where the counter is full, and then the loop wakes anyway.
  [[maybe_unused]] const auto written = write(ring_->wake_descriptor, &one, sizeof(one));
}

// --- Calls that never wait ---------------------------------------------------------------------

Instant IoUringBackend::now() const { return instant_at_ns(Recorder::monotonic_ns()); }

void IoUringBackend::compute(Duration cost) {
  const Instant until = saturating_add(now(), cost);
  while (now() < until) {
  }
}

}  // namespace proactor_lab
