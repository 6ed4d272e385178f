#include "core/io_uring_backend.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "core/io_uring_ring.hpp"

namespace proactor_lab {
namespace {

/// So many pieces of deferred work, each as a rule a completion, the kernel does in one
/// io_uring_enter(2), whatever waits behind them (its IO_LOCAL_TW_DEFAULT_MAX; older ones do all).
constexpr unsigned deferred_work_a_call = 20;

/// io_uring_enter(2) is to be called again.
bool is_passing(int error) {
  return error == -EINTR || error == -ETIME || error == -EBUSY || error == -EAGAIN;
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
  if (io_uring_register_ring_fd(&ring->ring) == 1) {
    ring->enter_flags |= IORING_ENTER_REGISTERED_RING;
  }
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
  if ((ring_->ring.flags & IORING_SETUP_DEFER_TASKRUN) != 0) {
    taken_at_once_ = ring_->ring.cq.ring_entries / 2;  // the others are for what is submitted
  }
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
  ring_->note_room();
}

/// Just before the io_uring_enter(2) that takes them.
void IoUringBackend::record_submissions() {
  const io_uring_sq& queue = ring_->ring.sq;
  const io_uring_sqe* const entries = queue.sqes;
  const unsigned mask = queue.ring_mask;
  const unsigned end = queue.sqe_tail;
  Recorder::Batch batch(*recorder_);
  for (unsigned each = queue.sqe_head; each != end; ++each) {
    const std::uint64_t data = entries[each & mask].user_data;
    if (data <= nobody) continue;
    batch.record({.operation = to_number(operation_of(data)->id),
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
    if (draining_ || skips_success_) {
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
  if (result != 0 && result != -ENOENT) return;
  // Nothing was found: what has not been told by now ended without a word.
  if (skips_success_) in_flight_ = 0;
  skips_success_ = false;
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
  if (in_flight_ == 0) draining_ = false;
  if (draining_) {
    wait_for_drain(deadline);
    deadline = Instant::min();
  } else if (!ring_->wake_armed) {
    if (std::exchange(ring_->wake_counts_completions, false)) {
      io_uring_unregister_eventfd(&ring_->ring);
    }
    arm_wake();
  }
  if (recorder_ != nullptr) record_submissions();
  const unsigned submitted = ring_->ring.sq.sqe_tail - ring_->ring.sq.sqe_head;
  const int result = submit_and_wait_until(deadline);
  if (result < 0 && !is_passing(result)) {
    throw std::system_error(-result, std::system_category(), "io_uring_enter");
  }
  // Where the kernel did as much deferred work as it does in one call, there is more.
  const unsigned ready = io_uring_cq_ready(&ring_->ring);
  if (ready >= submitted + deferred_work_a_call) take_what_else_is_ready(ready);
  if ((io_uring_smp_load_acquire(ring_->ring.sq.kflags) & IORING_SQ_CQ_OVERFLOW) != 0) ++overflows_;
  reap(queue);
  return true;
}

int IoUringBackend::submit_and_wait_until(Instant deadline) {
  if (deadline == never) return ring_->submit_and_wait();
  const std::int64_t left =
      deadline == Instant::min() ? 0 : std::max<std::int64_t>(0, (deadline - now()).count());
  __kernel_timespec timeout{left / 1'000'000'000, left % 1'000'000'000};
  io_uring_cqe* cqe = nullptr;
  return io_uring_submit_and_wait_timeout(&ring_->ring, &cqe, 1, &timeout, nullptr);
}

/// As long as there is as much of it as the kernel takes in one call, and nothing is waited for. In
/// large batches the kernel's code and a connection's data stay in the caches: a busy server's
/// request costs a twentieth less, an overloaded one's a sixth.
void IoUringBackend::take_what_else_is_ready(unsigned ready) {
  unsigned before = 0;
  do {
    if (ready + deferred_work_a_call > taken_at_once_) return;
    before = ready;
    io_uring_get_events(&ring_->ring);
    ready = io_uring_cq_ready(&ring_->ring);
  } while (ready >= before + deferred_work_a_call);
}

/// Since an operation that drains, and until nothing is under way, every operation waits for all
/// before it. Our own read must be neither of the two: instead, completions count on the wake
/// descriptor, and it is watched from outside.
void IoUringBackend::wait_for_drain(Instant deadline) {
  if (recorder_ != nullptr) record_submissions();
  if (!ring_->wake_counts_completions) {
    ring_->wake_counts_completions = true;
    io_uring_register_eventfd(&ring_->ring, ring_->wake_descriptor);
  }
  io_uring_submit(&ring_->ring);
  io_uring_get_events(&ring_->ring);
  if (io_uring_cq_ready(&ring_->ring) > 0) return;
  const std::int64_t left =
      deadline == never ? 0 : std::max<std::int64_t>(0, (deadline - now()).count());
  const timespec timeout{left / 1'000'000'000, left % 1'000'000'000};
  pollfd watched{ring_->wake_descriptor, POLLIN, 0};
  if (ppoll(&watched, 1, deadline == never ? nullptr : &timeout, nullptr) <= 0) return;
  [[maybe_unused]] const auto taken =
      read(ring_->wake_descriptor, &ring_->wake_count, sizeof(ring_->wake_count));
}

/// Moves what is in the completion ring to `queue`.
void IoUringBackend::reap(CompletionEventQueue& queue) {
  // The kernel's flags are told on as they are.
  static_assert(completion_more == IORING_CQE_F_MORE && completion_buffer == IORING_CQE_F_BUFFER);
  static_assert(with_buffer(1) == (1u << IORING_CQE_BUFFER_SHIFT | IORING_CQE_F_BUFFER));
  io_uring_cq& cq = ring_->ring.cq;
  const unsigned tail = io_uring_smp_load_acquire(cq.ktail);  // those before it are whole
  unsigned head = *cq.khead;
  Completion* const first = queue.place_for(tail - head);
  Completion* place = first;
  bool all_plain = true;
  while (head != tail) {
    // Those that lie in one piece: up to the ring's end.
    const unsigned from = head & cq.ring_mask;
    const unsigned count = std::min(tail - head, cq.ring_entries - from);
    head += count;
    in_flight_ -= count;
    const io_uring_cqe* const end = cq.cqes + from + count;
    for (const io_uring_cqe* cqe = end - count; cqe != end; ++cqe) {
      if ((cqe->user_data & tag_mask) != 0) {
        ++in_flight_;  // or so it may be
        if (reap_with_care(*cqe, *place)) ++place;
        all_plain = false;
        continue;
      }
      if ((cqe->flags & IORING_CQE_F_MORE) != 0) ++in_flight_;
      *place++ = {untagged_operation(cqe->user_data), cqe->res, cqe->flags};
    }
  }
  io_uring_smp_store_release(cq.khead, tail);
  if (recorder_ != nullptr) {
    const FactIndex before = recorder_->recorded();
    record_reaped({first, place});
    if (!all_plain) record_handles({first, place}, before);
  }
  queue.pushed(place);
}

/// A completion that may change something here, or is our own: false then, as it is nobody's else.
bool IoUringBackend::reap_with_care(const io_uring_cqe& cqe, Completion& completion) {
  if (cqe.user_data <= nobody) {
    if (cqe.user_data == wake_data) ring_->wake_armed = false;
    return false;
  }
  AsyncOperation& operation = *operation_of(cqe.user_data);
  const bool more = (cqe.flags & IORING_CQE_F_MORE) != 0;
  // Where success is not told, nobody counted on being told.
  if (!more && !has(operation.flags, OperationFlags::skip_success)) --in_flight_;
  const bool plain = (cqe.user_data & tag_mask) == 0;
  completion = {&operation, plain ? cqe.res : settle(operation, cqe.res, more), cqe.flags};
  return true;
}

void IoUringBackend::record_reaped(std::span<const Completion> completions) {
  Recorder::Batch batch(*recorder_);
  for (const Completion& each : completions) {
    batch.record({.value = static_cast<std::uint64_t>(std::int64_t{each.result}),
                  .operation = to_number(each.operation->id),
                  .kind = FactKind::completion_reaped,
                  .detail = static_cast<std::uint8_t>(each.flags & completion_more)});
  }
}

void IoUringBackend::forget_completions() {
  io_uring_cqe* cqe = nullptr;
  unsigned head = 0;
  unsigned seen = 0;
  io_uring_for_each_cqe(&ring_->ring, head, cqe) {
    ++seen;
    Completion unheard;
    if (!reap_with_care(*cqe, unheard) || (cqe->flags & completion_buffer) == 0) continue;
    give_back(*unheard.operation->buffers, buffer_of(cqe->flags));
  }
  io_uring_cq_advance(&ring_->ring, seen);
}

/// `before`: so many facts were recorded before these completions were.
void IoUringBackend::record_handles(std::span<const Completion> completions, FactIndex before) {
  for (const Completion& each : completions) record_handle(each, ++before);
}

/// A completion may have opened a handle, or closed one.
void IoUringBackend::record_handle(const Completion& completion, FactIndex reaped) {
  if (completion.result < 0) return;
  const AsyncOperation& operation = *completion.operation;
  if (operation.opcode == Opcode::accept || operation.opcode == Opcode::open) {
    const HandleKind kind =
        operation.opcode == Opcode::open ? HandleKind::file : HandleKind::stream;
    recorder_->record({.cause = reaped,
                       .handle = completion.result,
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
  // Not found, it is over and untold, or the kernel has yet to begin it: it begins when asked for
  // its events.
  for (int attempt = 0; attempt < 3; ++attempt) {
    if (io_uring_register_sync_cancel(&ring_->ring, &own) != -ENOENT) return;
    io_uring_get_events(&ring_->ring);
  }
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
