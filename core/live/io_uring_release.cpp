// IoUringBackend::release_all: takes all operations in flight back from the kernel.
//
// Each operation has exactly one final completion, and the ring holds only operations of the
// program. So the kernel has released every buffer once all expected completions have arrived.
#include "core/live/io_uring_ring.hpp"

namespace proactor_lab {
namespace {

constexpr __kernel_timespec pause{0, 1'000'000};

}  // namespace

void IoUringBackend::release_all() {
  drop_unsubmitted();
  // Repeat: a hard link starts the next operation only when the one before it is done, and a
  // drained operation also starts only then. A cancel does not find them before.
  while (in_flight_ > 0) {
    cancel_all_in_kernel();
    io_uring_get_events(&ring_->ring);
    if (forget_completions() > 0) continue;
    // A kernel thread is working on what is left and cannot be stopped: wait for it.
    __kernel_timespec most = pause;
    io_uring_cqe* cqe = nullptr;
    io_uring_submit_and_wait_timeout(&ring_->ring, &cqe, 1, &most, nullptr);
    forget_completions();
  }
  if (flags_used_.drains()) forget_drains();
  flags_used_.clear();
}

/// Requests that the kernel has not seen are never carried out.
void IoUringBackend::drop_unsubmitted() {
  io_uring_sq& entries = ring_->ring.sq;
  for (unsigned each = entries.sqe_head; each != entries.sqe_tail; ++each) {
    const std::uint64_t data = entries.sqes[each & entries.ring_mask].user_data;
    settle(*operation_of(data), -ECANCELED, false);
    --in_flight_;
  }
  entries.sqe_tail = entries.sqe_head;
  chain_end_ = nullptr;
}

/// Not as an operation: that would wait behind a drain like any other.
void IoUringBackend::cancel_all_in_kernel() {
  io_uring_sync_cancel_reg all{};
  all.flags = IORING_ASYNC_CANCEL_ANY | IORING_ASYNC_CANCEL_ALL;
  all.timeout = pause;
  io_uring_register_sync_cancel(&ring_->ring, &all);
}

/// Drops the available completions and gives their provided buffers back. Returns their number.
unsigned IoUringBackend::forget_completions() {
  io_uring_cqe* cqe = nullptr;
  unsigned head = 0;
  unsigned seen = 0;
  io_uring_for_each_cqe(&ring_->ring, head, cqe) {
    ++seen;
    if (cqe->user_data <= no_operation) {
      if (cqe->user_data == wake_data) ring_->wake.note_completion();
      continue;
    }
    Completion forgotten;
    reap_slow(*cqe, forgotten);
    if ((cqe->flags & completion_buffer) == 0) continue;
    give_back(*forgotten.operation->buffers, buffer_of(cqe->flags));
  }
  io_uring_cq_advance(&ring_->ring, seen);
  return seen;
}

/// The kernel remembers a drain after all operations are done. If the drain was requested within a
/// chain, the next request drains too; and until a request without a drain arrives, each one waits
/// for those before it. So this submits two no-ops, one after the other.
void IoUringBackend::forget_drains() {
  for (int each = 0; each < 2; ++each) {
    io_uring_sqe* const sqe = take_entry();
    io_uring_prep_nop(sqe);
    io_uring_sqe_set_data64(sqe, no_operation);
    for (bool over = false; !over;) {
      io_uring_submit_and_wait(&ring_->ring, 1);
      unsigned head = 0;
      io_uring_cqe* cqe = nullptr;
      io_uring_for_each_cqe(&ring_->ring, head, cqe) over |= cqe->user_data == no_operation;
      forget_completions();
    }
  }
}

}  // namespace proactor_lab
