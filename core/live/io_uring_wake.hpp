// Wakes a thread that waits in io_uring_enter(2): a second, small ring reads an eventfd(2), and
// when it is written to, posts a completion to the first ring (IORING_OP_MSG_RING). So the first
// ring holds only the program's operations, and no wake request that a drain could delay, that a
// cancel of all could find, or that the count of operations would have to exclude.
#pragma once

#include <cstdint>

#include <liburing.h>

namespace proactor_lab {

/// Loop thread only, except `wake`. May be destroyed before or after the ring that it wakes. If the
/// loop thread waits in another system call, a wake interrupts that call as a signal would:
/// nanosleep(2) and ppoll(2) are restarted, epoll_wait(2) returns EINTR.
class WakeRing {
 public:
  WakeRing() = default;
  ~WakeRing();
  WakeRing(const WakeRing&) = delete;
  WakeRing& operator=(const WakeRing&) = delete;

  /// `target` is the ring to wake; `user_data` is set in the completion posted to it. Returns 0 or
  /// a negated error number (io_uring_setup(2), eventfd(2)).
  int open(const io_uring& target, std::uint64_t user_data);

  /// After this, the next `wake`, or one since the last completion, posts a completion. Returns
  /// false if the kernel has no memory for it at the moment: call again.
  bool arm();
  bool armed() const { return armed_; }
  /// Call when the completion was reaped from the target ring.
  void note_completion() { armed_ = false; }

  /// Any thread; async-signal-safe.
  void wake() const;

 private:
  io_uring ring_{};
  bool opened_ = false;
  int descriptor_ = -1;  // an eventfd
  int target_ = -1;
  std::uint64_t user_data_ = 0;
  bool armed_ = false;
};

}  // namespace proactor_lab
