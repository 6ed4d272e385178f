// The io_uring(7) state of IoUringBackend. Private to its sources, so that only they need liburing.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <liburing.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "core/live/io_uring_backend.hpp"
#include "core/live/io_uring_wake.hpp"
#include "core/live/live_handles.hpp"
#include "core/live/skipped_success.hpp"

namespace proactor_lab {

// User data values that are not an operation's address.
inline constexpr std::uint64_t wake_data = 1;  // posted by WakeRing
inline constexpr std::uint64_t no_operation = 2;
// An operation's address, a multiple of 16, may carry a tag in its low bits: its completion must
// then be settled (IoUringBackend::settle).
inline constexpr std::uint64_t settle_tag = 4;
inline constexpr std::uint64_t tag_mask = 15;
static_assert(alignof(AsyncOperation) > tag_mask);
// An address has 48 bits; the upper bits hold the low bits of the operation's id. The kernel finds
// the target of a cancel by its user data, also for a link timeout that expires while its target
// completes. By then the slot may hold another operation, which must not be found.
inline constexpr int name_shift = 48;
inline constexpr std::uint64_t address_mask = (std::uint64_t{1} << name_shift) - 1;

inline std::uint64_t plain_user_data(const AsyncOperation& operation, OperationId id) {
  return reinterpret_cast<std::uintptr_t>(&operation) | std::uint64_t{to_number(id)} << name_shift;
}
inline AsyncOperation* untagged_operation(std::uint64_t user_data) {
  return reinterpret_cast<AsyncOperation*>(static_cast<std::uintptr_t>(user_data & address_mask));
}
inline AsyncOperation* operation_of(std::uint64_t user_data) {
  return untagged_operation(user_data & ~tag_mask);
}
inline std::uint64_t user_data_of(const AsyncOperation& operation, OperationId id) {
  const bool plain = (operation.opcode == Opcode::receive || operation.opcode == Opcode::send) &&
                     is_plain(operation);
  return plain_user_data(operation, id) | (plain ? 0 : settle_tag);
}

/// The arguments of recvmsg(2) and sendmsg(2). Too large for a slot, so they are stored separately.
struct IoUringBackend::Message {
  msghdr header{};
  iovec vector{};
  sockaddr_in address{};
  Message* next = nullptr;
};

struct IoUringBackend::Ring {
  explicit Ring(Recorder* recorder) : handles(recorder, 0) {}
  ~Ring() {
    if (opened) io_uring_queue_exit(&ring);
  }

  /// Returns 0 or a negated error number.
  int open(const RingOptions& options);
  /// True if the kernel holds completions that did not fit into the completion queue.
  bool has_overflow() const {
    return (io_uring_smp_load_acquire(ring.sq.kflags) & IORING_SQ_CQ_OVERFLOW) != 0;
  }

  io_uring ring{};
  bool opened = false;
  /// How far CLOCK_MONOTONIC of this process is ahead of the machine's, in a time namespace
  /// (time_namespaces(7)). The kernel interprets absolute timeouts by the machine's clock (seen on
  /// 6.18).
  Duration clock_offset{0};
  LiveHandles handles;
  WakeRing wake;
  std::uint16_t last_group = 0;
  Message* free_messages = nullptr;
  std::vector<std::unique_ptr<Message>> messages;

  // Replacements for io_uring_get_sqe(3) and io_uring_submit_and_wait(3). They leave out the ring
  // modes that are not used here, and do not read the kernel's progress on each call.
  unsigned full_at = 0;  // the tail at which the queue is full, as far as is known
  bool is_full() const { return ring.sq.sqe_tail == full_at; }
  void look_again() { full_at = ring.sq.sqe_tail; }
  void note_room() { full_at = *ring.sq.khead + ring.sq.ring_entries; }
  io_uring_sqe* next_entry() { return &ring.sq.sqes[ring.sq.sqe_tail++ & ring.sq.ring_mask]; }

  unsigned enter_flags = IORING_ENTER_GETEVENTS;
  int submit_and_wait() {
    io_uring_sq& sq = ring.sq;
    sq.sqe_head = sq.sqe_tail;
    io_uring_smp_store_release(sq.ktail, sq.sqe_tail);
    return io_uring_enter(static_cast<unsigned>(ring.enter_ring_fd), sq.sqe_tail - *sq.khead, 1,
                          enter_flags, nullptr);
  }

  Message& take_message() {
    if (free_messages == nullptr) {
      messages.push_back(std::make_unique<Message>());
      free_messages = messages.back().get();
    }
    Message& message = *free_messages;
    free_messages = message.next;
    return message;
  }
};

/// Returns a free submission entry; if the queue is full, submits it first.
inline io_uring_sqe* IoUringBackend::take_entry() {
  if (ring_->is_full()) make_room(1);
  return ring_->next_entry();
}

}  // namespace proactor_lab
