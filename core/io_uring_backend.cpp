#include "core/io_uring_backend.hpp"

#include <algorithm>
#include <cerrno>

#include <sys/eventfd.h>
#include <unistd.h>

#include "core/io_uring_ring.hpp"

namespace proactor_lab {
namespace {

constexpr unsigned ring_entries = 256;
/// The longest chain of linked operations that reaches the kernel in one piece.
constexpr unsigned chain_entries = 32;

}  // namespace

std::unique_ptr<IoUringBackend> IoUringBackend::open(Recorder* recorder, std::error_code& error) {
  auto ring = std::make_unique<Ring>(recorder);
  // Completions are then worked on only while we wait for them: no interruptions, better batches.
  int result = io_uring_queue_init(ring_entries, &ring->ring,
                                   IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN);
  if (result == -EINVAL) result = io_uring_queue_init(ring_entries, &ring->ring, 0);  // before 6.1
  if (result < 0) {
    error = {-result, std::system_category()};
    return nullptr;
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
  arm_wake();
}

IoUringBackend::~IoUringBackend() {
  release_all();
  close_all();
  io_uring_queue_exit(&ring_->ring);
}

// --- The processor -----------------------------------------------------------------------------

void IoUringBackend::start(AsyncOperation& operation) {
  // A chain must reach the kernel in one submission: make room before its first link.
  const unsigned wanted = operation.link != Link::none && !in_chain_ ? chain_entries : 1;
  if (io_uring_sq_space_left(&ring_->ring) < wanted) {
    if (recorder_ != nullptr) record_submissions();
    io_uring_submit(&ring_->ring);
  }
  prepare(operation);
  in_chain_ = operation.link != Link::none;
  ++in_flight_;
  if (recorder_ == nullptr) return;
  operation.next = nullptr;
  (first_unsubmitted_ == nullptr ? first_unsubmitted_ : last_unsubmitted_->next) = &operation;
  last_unsubmitted_ = &operation;
}

/// Just before the io_uring_enter(2) that takes them.
void IoUringBackend::record_submissions() {
  for (AsyncOperation* each = first_unsubmitted_; each != nullptr; each = each->next) {
    recorder_->record(
        {.operation = to_number(each->id), .thread = 1, .kind = FactKind::operation_submitted});
  }
  first_unsubmitted_ = nullptr;
}

void IoUringBackend::release_all() {
  first_unsubmitted_ = nullptr;
  if (in_flight_ == 0) return;
  io_uring_sqe* sqe = ring_->take_entry();
  io_uring_prep_cancel(sqe, nullptr, IORING_ASYNC_CANCEL_ANY | IORING_ASYNC_CANCEL_ALL);
  io_uring_sqe_set_data64(sqe, nobody);
  ring_->wake_armed = false;  // it is cancelled with the others
  while (in_flight_ > 0) {
    if (const int result = io_uring_submit_and_wait(&ring_->ring, 1);
        result < 0 && result != -EINTR) {
      break;
    }
    reap(nullptr);
  }
}

// --- The demultiplexer -------------------------------------------------------------------------

bool IoUringBackend::wait(CompletionEventQueue& queue, Instant deadline) {
  if (recorder_ != nullptr) record_submissions();
  if (!ring_->wake_armed) arm_wake();
  int result = 0;
  if (deadline == never) {
    result = io_uring_submit_and_wait(&ring_->ring, 1);
  } else {
    const std::int64_t left = std::max<std::int64_t>(0, (deadline - now()).count());
    __kernel_timespec timeout{left / 1'000'000'000, left % 1'000'000'000};
    io_uring_cqe* cqe = nullptr;
    result = io_uring_submit_and_wait_timeout(&ring_->ring, &cqe, 1, &timeout, nullptr);
  }
  if (result < 0 && result != -EINTR && result != -ETIME && result != -EBUSY && result != -EAGAIN) {
    throw std::system_error(-result, std::system_category(), "io_uring_enter");
  }
  reap(&queue);
  return true;
}

/// Empties the completion ring; without a queue, completions are forgotten.
void IoUringBackend::reap(CompletionEventQueue* queue) {
  io_uring_cqe* cqe = nullptr;
  unsigned head = 0;
  unsigned seen = 0;
  io_uring_for_each_cqe(&ring_->ring, head, cqe) {
    ++seen;
    if (cqe->user_data == nobody) continue;
    if (cqe->user_data == wake_data) {
      ring_->wake_armed = false;
      continue;
    }
    auto* operation =
        reinterpret_cast<AsyncOperation*>(static_cast<std::uintptr_t>(cqe->user_data));
    const bool more = (cqe->flags & IORING_CQE_F_MORE) != 0;
    if (!more) --in_flight_;
    const std::int32_t result = settle(*operation, cqe->res, more);
    if (queue == nullptr) continue;
    if (recorder_ != nullptr) record_completion(*operation, result, more);
    std::uint32_t flags = more ? completion_more : 0;
    if ((cqe->flags & IORING_CQE_F_BUFFER) != 0) {
      flags |= with_buffer(static_cast<std::uint16_t>(cqe->flags >> IORING_CQE_BUFFER_SHIFT));
    }
    queue->push({operation, result, flags});
  }
  io_uring_cq_advance(&ring_->ring, seen);
}

void IoUringBackend::record_completion(const AsyncOperation& operation, std::int32_t result,
                                       bool more) {
  const FactIndex reaped =
      recorder_->record({.value = static_cast<std::uint64_t>(std::int64_t{result}),
                         .operation = to_number(operation.id),
                         .kind = FactKind::completion_reaped,
                         .detail = more});
  if (result < 0) return;
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
  io_uring_sqe* sqe = ring_->take_entry();
  io_uring_prep_read(sqe, ring_->wake_descriptor, &ring_->wake_count, sizeof(ring_->wake_count), 0);
  io_uring_sqe_set_data64(sqe, wake_data);
  ring_->wake_armed = true;
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
