#include "core/live/io_uring_backend.hpp"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>

#include <time.h>

#include "core/live/io_uring_ring.hpp"

namespace proactor_lab {
namespace {

/// Number of pieces of deferred work, usually one per completion, that the kernel does in one
/// io_uring_enter(2), however many more wait (its IO_LOCAL_TW_DEFAULT_MAX; older kernels do all).
constexpr unsigned deferred_work_per_call = 20;

/// Pause before a refused submission is retried, and maximum number of retries.
constexpr Duration retry_pause{1'000'000};
constexpr int retries_max = 5'000;

/// True if io_uring_enter(2) had nothing to report and is to be called again.
bool is_passing(int error) { return error == -EINTR || error == -ETIME; }

/// Handles a refused submission after `refusals` earlier ones. The kernel lacks memory (EAGAIN), or
/// cannot take more before completions are reaped (EBUSY): both may be temporary, so it pauses.
void pause_or_throw(int error, int refusals) {
  const bool may_pass = error == -EINTR || error == -EAGAIN || error == -EBUSY;
  if (!may_pass || refusals >= retries_max) {
    throw std::system_error(-error, std::system_category(), "io_uring_enter");
  }
  const timespec pause{0, retry_pause.count()};
  if (error != -EINTR) nanosleep(&pause, nullptr);
}

/// `Ring::clock_offset`; 0 if it is not known.
Duration offset_of_monotonic_clock() {
  namespace fs = std::filesystem;
  // The file describes this process's children, which may be in another namespace.
  std::error_code error;
  const fs::path own = fs::read_symlink("/proc/self/ns/time", error);
  if (error || own != fs::read_symlink("/proc/self/ns/time_for_children", error)) return {};
  std::ifstream file("/proc/self/timens_offsets");
  std::string clock;
  std::int64_t seconds = 0;
  std::int64_t nanoseconds = 0;
  while (file >> clock >> seconds >> nanoseconds) {
    if (clock == "monotonic") return Duration{seconds * 1'000'000'000 + nanoseconds};
  }
  return {};
}

}  // namespace

std::unique_ptr<IoUringBackend> IoUringBackend::open(Recorder* recorder, std::error_code& error,
                                                     const RingOptions& options) {
  auto ring = std::make_unique<Ring>(recorder);
  error = {-ring->open(options), std::system_category()};
  if (error) return nullptr;
  return std::unique_ptr<IoUringBackend>(new IoUringBackend(std::move(ring), recorder));
}

IoUringBackend::IoUringBackend(std::unique_ptr<Ring> ring, Recorder* recorder)
    : ring_(std::move(ring)), recorder_(recorder) {
  if ((ring_->ring.flags & IORING_SETUP_DEFER_TASKRUN) != 0) {
    taken_at_once_ = ring_->ring.cq.ring_entries / 2;  // the other half is for submitted requests
  }
}

IoUringBackend::~IoUringBackend() {
  release_all();
  close_all();
}

int IoUringBackend::Ring::open(const RingOptions& options) {
  io_uring_params params{};
  params.flags = IORING_SETUP_SUBMIT_ALL | IORING_SETUP_CQSIZE;
  params.cq_entries = options.completion_entries;
  const unsigned defers = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN;
  if (options.defers_work) params.flags |= defers;
  int result = io_uring_queue_init_params(options.submission_entries, &ring, &params);
  if (result == -EINVAL && options.defers_work) {  // before 6.1
    params.flags &= ~defers;
    result = io_uring_queue_init_params(options.submission_entries, &ring, &params);
  }
  if (result < 0) return result;
  opened = true;
  clock_offset = offset_of_monotonic_clock();
  // Without this call (before Linux 6.0), operations delayed by a drain could not be taken back.
  io_uring_sync_cancel_reg nothing{};
  nothing.addr = no_operation;
  nothing.timeout = {-1, -1};
  if (io_uring_register_sync_cancel(&ring, &nothing) != -ENOENT) return -ENOSYS;
  // Saves looking the ring up in every io_uring_enter(2). Optional, so a refusal is ignored.
  if (io_uring_register_ring_fd(&ring) == 1) enter_flags |= IORING_ENTER_REGISTERED_RING;
  return wake.open(ring, wake_data);
}

// --- The processor -----------------------------------------------------------------------------

/// Submits the queue to the kernel if it has fewer than `entries` free entries.
void IoUringBackend::make_room(unsigned entries) {
  entries = std::min(entries, ring_->ring.sq.ring_entries);
  for (int refusals = 0; io_uring_sq_space_left(&ring_->ring) < entries;) {
    if (recorder_ != nullptr) record_submissions();
    const int result = io_uring_submit(&ring_->ring);
    if (result < 0) pause_or_throw(result, refusals++);
  }
  ring_->note_room();
}

/// Call just before the io_uring_enter(2) that submits them.
void IoUringBackend::record_submissions() {
  const io_uring_sq& queue = ring_->ring.sq;
  const io_uring_sqe* const entries = queue.sqes;
  const unsigned mask = queue.ring_mask;
  const unsigned end = queue.sqe_tail;
  Recorder::Batch batch(*recorder_);
  for (unsigned each = queue.sqe_head; each != end; ++each) {
    const std::uint64_t data = entries[each & mask].user_data;
    if (data <= no_operation) continue;
    batch.record({.operation = to_number(operation_of(data)->id),
                  .thread = 1,
                  .kind = FactKind::operation_submitted});
  }
}

// --- The demultiplexer -------------------------------------------------------------------------

bool IoUringBackend::wait(CompletionEventQueue& queue, Instant deadline) {
  chain_end_ = nullptr;  // a chain that the program left open ends with this submission
  if (recorder_ != nullptr) record_submissions();
  woken_ = false;
  for (int refusals = 0;;) {
    // If it cannot be armed for lack of memory, it is tried again soon.
    const bool armed = ring_->wake.armed() || ring_->wake.arm();
    const unsigned submitted = ring_->ring.sq.sqe_tail - ring_->ring.sq.sqe_head;
    const int result = submit_and_wait_until(
        armed ? deadline : std::min(deadline, saturating_add(now(), retry_pause)));
    if (result < 0 && !is_passing(result)) pause_or_throw(result, refusals++);
    // If the kernel did as much deferred work as it does in one call, there may be more.
    const unsigned ready = io_uring_cq_ready(&ring_->ring);
    if (ready >= submitted + deferred_work_per_call) take_what_else_is_ready(ready);
    if (ring_->has_overflow()) ++overflows_;
    if (reap(queue) || woken_) return true;
    if (deadline != never && now() >= deadline) return true;
  }
}

int IoUringBackend::submit_and_wait_until(Instant deadline) {
  if (deadline == never) return ring_->submit_and_wait();
  const Duration left = std::max(Duration::zero(), saturating_difference(now(), deadline));
  __kernel_timespec timeout{left.count() / 1'000'000'000, left.count() % 1'000'000'000};
  io_uring_cqe* cqe = nullptr;
  return io_uring_submit_and_wait_timeout(&ring_->ring, &cqe, 1, &timeout, nullptr);
}

/// Takes more completions, without waiting, as long as each call yields the kernel's maximum. In
/// large batches the kernel's code and a connection's data stay in the caches: this saves a busy
/// server a twentieth of the cost per request, an overloaded one a sixth.
void IoUringBackend::take_what_else_is_ready(unsigned ready) {
  unsigned before = 0;
  do {
    if (ready + deferred_work_per_call > taken_at_once_) return;
    before = ready;
    io_uring_get_events(&ring_->ring);
    ready = io_uring_cq_ready(&ring_->ring);
  } while (ready >= before + deferred_work_per_call);
}

/// Moves the completions in the ring to `queue`. Returns false if there is nothing to report.
bool IoUringBackend::reap(CompletionEventQueue& queue) {
  // The kernel's flags are passed on unchanged.
  static_assert(completion_more == IORING_CQE_F_MORE && completion_buffer == IORING_CQE_F_BUFFER);
  static_assert(with_buffer(1) == (1u << IORING_CQE_BUFFER_SHIFT | IORING_CQE_F_BUFFER));
  io_uring_cq& cq = ring_->ring.cq;
  const unsigned tail = io_uring_smp_load_acquire(cq.ktail);  // those before it are complete
  unsigned head = *cq.khead;
  Completion* const first = queue.place_for(tail - head);
  Completion* place = first;
  bool all_plain = true;
  while (head != tail) {
    // A contiguous part, up to the ring's end.
    const unsigned from = head & cq.ring_mask;
    const unsigned count = std::min(tail - head, cq.ring_entries - from);
    head += count;
    in_flight_ -= count;
    const io_uring_cqe* const end = cq.cqes + from + count;
    for (const io_uring_cqe* cqe = end - count; cqe != end; ++cqe) {
      if ((cqe->user_data & tag_mask) != 0) {
        ++in_flight_;  // reap_slow counts it down if it is final
        if (reap_slow(*cqe, *place)) ++place;
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
  return place != first;
}

/// For a completion that has side effects or belongs to no operation. Returns false if it is not
/// reported.
bool IoUringBackend::reap_slow(const io_uring_cqe& cqe, Completion& completion) {
  if (cqe.user_data == wake_data) {
    ring_->wake.note_completion();
    woken_ = true;
    return false;
  }
  AsyncOperation& operation = *operation_of(cqe.user_data);
  const bool more = (cqe.flags & IORING_CQE_F_MORE) != 0;
  if (!more) --in_flight_;
  const bool plain = (cqe.user_data & tag_mask) == 0;
  completion = {&operation, plain ? cqe.res : settle(operation, cqe.res, more), cqe.flags};
  return plain || !flags_used_.asked_to_skip() || is_reported(operation, completion.result, more);
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

/// `before`: number of facts recorded before these completions.
void IoUringBackend::record_handles(std::span<const Completion> completions, FactIndex before) {
  for (const Completion& each : completions) record_handle(each, ++before);
}

/// Records the handle that a completion opened or closed, if any.
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

void IoUringBackend::wake() { ring_->wake.wake(); }

// --- Calls that never wait ---------------------------------------------------------------------

Instant IoUringBackend::now() const { return instant_at_ns(Recorder::monotonic_ns()); }

void IoUringBackend::compute(Duration cost) {
  const Instant until = saturating_add(now(), cost);
  while (now() < until) {
  }
}

}  // namespace proactor_lab
