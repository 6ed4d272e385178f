#include "core/io_uring_backend.hpp"

#include <cerrno>
#include <cstring>
#include <new>

#include <arpa/inet.h>
#include <liburing.h>
#include <netinet/in.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

namespace proactor_lab {
namespace {

constexpr unsigned ring_entries = 256;

// User data that is no operation's address: operations are aligned to 16.
constexpr std::uint64_t wake_data = 1;
constexpr std::uint64_t nobody = 2;

std::error_code last_error() { return {errno, std::system_category()}; }

sockaddr_in address_of(Endpoint endpoint) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(endpoint.port);
  address.sin_addr.s_addr = htonl(endpoint.address);
  return address;
}

/// The kernel reads a timeout or an address until it has taken the submission: it lives in the
/// slot.
template <class Kernel>
Kernel* place_in_slot(AsyncOperation& operation, const Kernel& value) {
  static_assert(sizeof(Kernel) <= sizeof(operation.backend_state));
  return ::new (static_cast<void*>(operation.backend_state.data())) Kernel(value);
}

void prepare(io_uring_sqe* sqe, AsyncOperation& operation) {
  const int handle = to_number(operation.handle);
  switch (operation.opcode) {
    case Opcode::accept:
      io_uring_prep_accept(sqe, handle, nullptr, nullptr, SOCK_CLOEXEC);
      break;
    case Opcode::connect: {
      auto* address = place_in_slot(operation, address_of(operation.endpoint));
      io_uring_prep_connect(sqe, handle, reinterpret_cast<sockaddr*>(address), sizeof(*address));
      break;
    }
    case Opcode::receive:
      io_uring_prep_recv(sqe, handle, operation.data, operation.length, 0);
      break;
    case Opcode::send:
      io_uring_prep_send(sqe, handle, operation.data, operation.length, MSG_NOSIGNAL);
      break;
    case Opcode::timer: {
      const std::int64_t ns = to_ns(operation.deadline);
      auto* when =
          place_in_slot(operation, __kernel_timespec{ns / 1'000'000'000, ns % 1'000'000'000});
      io_uring_prep_timeout(sqe, when, 0, IORING_TIMEOUT_ABS);
      break;
    }
    case Opcode::shutdown:
      io_uring_prep_shutdown(sqe, handle, static_cast<int>(operation.side));
      break;
    case Opcode::close:
      io_uring_prep_close(sqe, handle);
      break;
    case Opcode::cancel: {
      const auto target = reinterpret_cast<std::uintptr_t>(operation.target);
      io_uring_prep_cancel64(sqe, target != 0 ? target : nobody, 0);
      break;
    }
    case Opcode::none:
      io_uring_prep_nop(sqe);
      break;
  }
  io_uring_sqe_set_data(sqe, &operation);
}

}  // namespace

struct IoUringBackend::Ring {
  io_uring ring{};
  int wake_descriptor = -1;
  std::uint64_t wake_count = 0;  // the kernel reads into it
  bool wake_armed = false;

  ~Ring() {
    if (wake_descriptor >= 0) ::close(wake_descriptor);
  }

  /// A free submission entry; where the queue is full it is submitted first.
  io_uring_sqe* take_entry() {
    io_uring_sqe* sqe = io_uring_get_sqe(&ring);
    while (sqe == nullptr) {
      io_uring_submit(&ring);
      sqe = io_uring_get_sqe(&ring);
    }
    return sqe;
  }
};

std::unique_ptr<IoUringBackend> IoUringBackend::open(Recorder* recorder, std::error_code& error) {
  auto ring = std::make_unique<Ring>();
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
    error = last_error();
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
  if (recorder_ != nullptr && io_uring_sq_space_left(&ring_->ring) == 0) record_submissions();
  prepare(ring_->take_entry(), operation);
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
    std::int32_t result = cqe->res;
    if (operation->opcode == Opcode::accept && result >= 0) note_open(result);
    if (operation->opcode == Opcode::close && result >= 0) {
      note_closed(to_number(operation->handle));
    }
    if (queue == nullptr) continue;
    if (operation->opcode == Opcode::timer && result == -ETIME) result = 0;
    if (recorder_ != nullptr) record_completion(*operation, result, more);
    queue->push({operation, result, more ? completion_more : 0});
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
  if (operation.opcode == Opcode::accept) {
    recorder_->record({.cause = reaped,
                       .handle = result,
                       .kind = FactKind::handle_opened,
                       .detail = static_cast<std::uint8_t>(HandleKind::stream)});
  } else if (operation.opcode == Opcode::close) {
    recorder_->record(
        {.cause = reaped, .handle = to_number(operation.handle), .kind = FactKind::handle_closed});
  }
}

void IoUringBackend::note_open(int descriptor) {
  const auto place = static_cast<std::size_t>(descriptor);
  if (place >= open_.size()) open_.resize(place + 64);
  open_[place] = true;
}

void IoUringBackend::note_closed(int descriptor) {
  const auto place = static_cast<std::size_t>(descriptor);
  if (place < open_.size()) open_[place] = false;
}

void IoUringBackend::close_all() {
  for (std::size_t descriptor = 0; descriptor < open_.size(); ++descriptor) {
    if (open_[descriptor]) close(Handle{static_cast<std::int32_t>(descriptor)});
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

Handle IoUringBackend::opened(int descriptor, HandleKind kind, const char* label,
                              std::error_code& error) {
  error.clear();
  note_open(descriptor);
  if (recorder_ != nullptr) {
    recorder_->record({.extra = fact_text(label),
                       .handle = descriptor,
                       .thread = 1,
                       .kind = FactKind::handle_opened,
                       .detail = static_cast<std::uint8_t>(kind)});
  }
  return Handle{descriptor};
}

Handle IoUringBackend::listen(Endpoint endpoint, const char* label, std::error_code& error) {
  const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int yes = 1;
  const sockaddr_in address = address_of(endpoint);
  if (descriptor < 0 || setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) < 0 ||
      bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) < 0 ||
      ::listen(descriptor, SOMAXCONN) < 0) {
    error = last_error();
    if (descriptor >= 0) ::close(descriptor);
    return Handle::none;
  }
  return opened(descriptor, HandleKind::listener, label, error);
}

Handle IoUringBackend::open_stream_socket(const char* label, std::error_code& error) {
  const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) {
    error = last_error();
    return Handle::none;
  }
  return opened(descriptor, HandleKind::stream, label, error);
}

Endpoint IoUringBackend::local_endpoint(Handle handle) const {
  sockaddr_in address{};
  socklen_t size = sizeof(address);
  if (getsockname(to_number(handle), reinterpret_cast<sockaddr*>(&address), &size) < 0) return {};
  return {ntohl(address.sin_addr.s_addr), ntohs(address.sin_port)};
}

void IoUringBackend::close(Handle handle) {
  note_closed(to_number(handle));
  if (::close(to_number(handle)) == 0 && recorder_ != nullptr) {
    recorder_->record({.handle = to_number(handle), .thread = 1, .kind = FactKind::handle_closed});
  }
}

}  // namespace proactor_lab
