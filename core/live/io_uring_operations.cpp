// Converts an operation to a submission entry, and the kernel's result to the program's.
#include <algorithm>
#include <cerrno>
#include <new>
#include <utility>

#include <fcntl.h>
#include <poll.h>

#include "core/live/io_uring_ring.hpp"

namespace proactor_lab {
namespace {

/// An invalid opcode, which the kernel completes with EINVAL.
constexpr int unknown_opcode = 255;

/// Maximum length of a chain that is guaranteed to reach the kernel in one piece.
constexpr unsigned chain_entries = 32;

/// Stores a timeout or an address in the slot, because the kernel reads it until it has taken the
/// submission.
template <class Kernel>
Kernel* place_in_slot(AsyncOperation& operation, const Kernel& value) {
  static_assert(sizeof(Kernel) <= sizeof(operation.backend_state));
  return ::new (static_cast<void*>(operation.backend_state.data())) Kernel(value);
}

void select_buffer(const AsyncOperation& operation, io_uring_sqe* sqe) {
  sqe->flags |= IOSQE_BUFFER_SELECT;
  sqe->buf_group = operation.buffers->group_id;
}

void prepare_receive(const AsyncOperation& operation, io_uring_sqe* sqe, int flags) {
  io_uring_prep_recv(sqe, to_number(operation.handle), operation.data, operation.length, flags);
  if (operation.buffers == nullptr) return;
  select_buffer(operation, sqe);
  if (operation.multishot) sqe->ioprio |= IORING_RECV_MULTISHOT;
}

void prepare_send(const AsyncOperation& operation, io_uring_sqe* sqe) {
  io_uring_prep_send(sqe, to_number(operation.handle), operation.data, operation.length,
                     MSG_NOSIGNAL);
}

}  // namespace

void IoUringBackend::start(AsyncOperation& operation) {
  // Fast path.
  if (operation.link != Link::none || operation.flags != OperationFlags::none ||
      ring_->is_full()) {  // also true within a chain
    return start_slow(operation);
  }
  io_uring_sqe* entry = ring_->next_entry();
  ++in_flight_;
  switch (operation.opcode) {
    case Opcode::receive:
      prepare_receive(operation, entry, 0);
      break;
    case Opcode::send:
      prepare_send(operation, entry);
      break;
    default:
      return prepare(operation, entry);
  }
  io_uring_sqe_set_data64(entry, plain_user_data(operation, operation.id));  // nothing to settle
}

/// Slow path: linked, with flags, or with a full queue.
void IoUringBackend::start_slow(AsyncOperation& operation) {
  // A chain must reach the kernel in one submission: make room before its first link.
  if (operation.link != Link::none && chain_end_ == nullptr) make_room(chain_entries);
  if (chain_end_ == nullptr) chain_head_ = &operation;
  const bool refused = flags_used_.refuses(operation);
  // A refused operation reaches the kernel with an invalid opcode, so for a link timeout behind it
  // the kernel checks only the deadline.
  const bool bounds_refused = operation.opcode == Opcode::link_timeout && chain_end_ != nullptr &&
                              is_marked(*chain_end_, refused_mark);
  const bool invalid =
      bounds_refused ? operation.deadline < Instant{} : is_invalid(operation, chain_end_);
  begin_marks(operation, chain_end_, (refused ? refused_mark : 0) | (invalid ? invalid_mark : 0));
  if (refused || invalid) chain_head_->backend_state[2] |= refused_chain_mark;
  chain_end_ = operation.link != Link::none ? &operation : nullptr;
  ++in_flight_;
  prepare(operation, take_entry());
  if (chain_end_ != nullptr) ring_->look_again();  // the next operation takes this path, too
}

void IoUringBackend::prepare(AsyncOperation& operation, io_uring_sqe* sqe) {
  const int handle = to_number(operation.handle);
  const bool refused = is_marked(operation, refused_mark);
  switch (refused ? Opcode::none : operation.opcode) {
    case Opcode::none:
      io_uring_prep_rw(unknown_opcode, sqe, -1, nullptr, 0, 0);
      break;
    case Opcode::no_op:
      io_uring_prep_nop(sqe);
      break;
    case Opcode::accept:
      io_uring_prep_accept(sqe, handle, nullptr, nullptr, SOCK_CLOEXEC);
      if (operation.multishot) sqe->ioprio |= IORING_ACCEPT_MULTISHOT;
      break;
    case Opcode::connect: {
      auto* address = place_in_slot(operation, address_of(operation.endpoint));
      io_uring_prep_connect(sqe, handle, reinterpret_cast<sockaddr*>(address), sizeof(*address));
      break;
    }
    case Opcode::receive:
      prepare_receive(operation, sqe,
                      has(operation.flags, OperationFlags::wait_all) ? MSG_WAITALL : 0);
      break;
    case Opcode::send:
      prepare_send(operation, sqe);
      break;
    case Opcode::receive_from:
    case Opcode::send_to:
      prepare_message(operation, sqe);
      break;
    case Opcode::read:
      io_uring_prep_read(sqe, handle, operation.data, operation.length, operation.offset);
      if (operation.buffers != nullptr) select_buffer(operation, sqe);
      break;
    case Opcode::write:
      io_uring_prep_write(sqe, handle, operation.data, operation.length, operation.offset);
      break;
    case Opcode::fsync:
      io_uring_prep_fsync(sqe, handle, 0);
      break;
    case Opcode::open:
      io_uring_prep_openat(sqe, AT_FDCWD, operation.path, open_flags_of(operation.open_flags),
                           0644);
      break;
    case Opcode::timer:
    case Opcode::link_timeout:
      prepare_timeout(operation, sqe);
      break;
    case Opcode::poll:
      io_uring_prep_poll_add(sqe, handle,
                             operation.readiness == Readiness::readable ? POLLIN : POLLOUT);
      break;
    case Opcode::shutdown:
      io_uring_prep_shutdown(sqe, handle, static_cast<int>(operation.side));
      break;
    case Opcode::close:
      io_uring_prep_close(sqe, handle);
      break;
    case Opcode::cancel:
    case Opcode::cancel_handle:
    case Opcode::cancel_all:
      prepare_cancel(operation, sqe);
      break;
  }
  if (operation.link != Link::none) {
    sqe->flags |= operation.link == Link::soft ? IOSQE_IO_LINK : IOSQE_IO_HARDLINK;
  }
  if (has(operation.flags, OperationFlags::drain) && !refused) sqe->flags |= IOSQE_IO_DRAIN;
  io_uring_sqe_set_data64(sqe, user_data_of(operation, operation.id));
}

void IoUringBackend::prepare_message(AsyncOperation& operation, io_uring_sqe* sqe) {
  Message& message = ring_->take_message();
  operation.backend_state[0] = reinterpret_cast<std::uintptr_t>(&message);
  message.vector = {operation.data, operation.length};
  message.address = address_of(operation.endpoint);
  message.header = {};
  message.header.msg_name = &message.address;
  message.header.msg_namelen = sizeof(message.address);
  message.header.msg_iov = &message.vector;
  message.header.msg_iovlen = 1;
  const int handle = to_number(operation.handle);
  if (operation.opcode == Opcode::send_to) {
    io_uring_prep_sendmsg(sqe, handle, &message.header, MSG_NOSIGNAL);
  } else {
    io_uring_prep_recvmsg(sqe, handle, &message.header, 0);
  }
}

void IoUringBackend::prepare_timeout(AsyncOperation& operation, io_uring_sqe* sqe) {
  std::int64_t ns = to_ns(operation.deadline);
  if (!operation.relative && ns >= 0 && ring_->clock_offset != Duration::zero()) {
    ns = std::max<std::int64_t>(to_ns(saturating_add(operation.deadline, -ring_->clock_offset)), 0);
  }
  auto* when = place_in_slot(operation, __kernel_timespec{ns / 1'000'000'000, ns % 1'000'000'000});
  unsigned flags = operation.relative ? 0 : IORING_TIMEOUT_ABS;
  if (operation.opcode == Opcode::timer) {
    if (has(operation.flags, OperationFlags::expiry_is_success)) {
      flags |= IORING_TIMEOUT_ETIME_SUCCESS;
    }
    io_uring_prep_timeout(sqe, when, 0, flags);
  } else {
    io_uring_prep_link_timeout(sqe, when, flags);
  }
}

void IoUringBackend::prepare_cancel(AsyncOperation& operation, io_uring_sqe* sqe) {
  if (operation.opcode == Opcode::cancel) {
    const auto [target, id] = operation.target;
    io_uring_prep_cancel64(sqe, target != nullptr ? user_data_of(*target, id) : no_operation, 0);
  } else if (operation.opcode == Opcode::cancel_handle) {
    io_uring_prep_cancel_fd(sqe, to_number(operation.handle), IORING_ASYNC_CANCEL_ALL);
  } else {
    io_uring_prep_cancel(sqe, nullptr, IORING_ASYNC_CANCEL_ANY | IORING_ASYNC_CANCEL_ALL);
  }
}

std::int32_t IoUringBackend::cancel_now(OperationToken target) {
  if (target.slot == nullptr || target.slot->id != target.id) return -ENOENT;
  io_uring_sync_cancel_reg one{};
  one.addr = user_data_of(*target.slot, target.id);
  one.timeout = {0, 1'000'000};
  // The completion of a kernel worker is deferred work, which the kernel does not process while it
  // waits in this call: without a timeout it would wait forever.
  for (bool waited = false;; waited = true) {
    const std::int32_t result = io_uring_register_sync_cancel(&ring_->ring, &one);
    if (result != -ETIME && result != -EINTR) return waited && result == -ENOENT ? 0 : result;
    io_uring_get_events(&ring_->ring);
  }
}

/// Applies the side effects of a completion and returns the result that the program is to receive.
std::int32_t IoUringBackend::settle(AsyncOperation& operation, std::int32_t result, bool more) {
  if (is_marked(operation, refused_mark)) {  // submitted with an invalid opcode
    return result == -EINVAL ? -EOPNOTSUPP : result;
  }
  switch (operation.opcode) {
    case Opcode::accept:
    case Opcode::open:
      if (result >= 0) ring_->handles.note_open(result);
      break;
    case Opcode::close:
      if (result >= 0) ring_->handles.note_closed(to_number(operation.handle));
      break;
    case Opcode::timer:
      return result == -ETIME ? 0 : result;
    case Opcode::poll:
      return std::min(result, 0);  // the kernel returns the events; only one was requested
    case Opcode::receive_from:
    case Opcode::send_to: {
      auto* message = reinterpret_cast<Message*>(operation.backend_state[0]);
      if (operation.opcode == Opcode::receive_from && result >= 0 && operation.sender != nullptr) {
        *operation.sender = endpoint_of(message->address);
      }
      if (!more) {
        message->next = ring_->free_messages;
        ring_->free_messages = message;
      }
      break;
    }
    default:
      break;
  }
  return result;
}

}  // namespace proactor_lab
