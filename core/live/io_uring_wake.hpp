// Wakes a thread that waits in io_uring_enter(2): a second, small ring reads an eventfd(2), and
// when that has been written to, posts a completion to the first ring (IORING_OP_MSG_RING). So the
// first ring holds no operation but the program's: none that a drain could hold back, that a cancel
// of all could find, or that would have to be told apart when operations are counted.
#pragma once

#include <cstdint>

#include <liburing.h>

namespace proactor_lab {

/// Loop thread only, except `wake`. May be destroyed before the ring that it wakes, or after it.
/// While the loop thread waits in another system call, a wake interrupts that as a signal would:
/// nanosleep(2) and ppoll(2) are restarted, epoll_wait(2) returns EINTR.
class WakeRing {
 public:
  WakeRing() = default;
  ~WakeRing();
  WakeRing(const WakeRing&) = delete;
  WakeRing& operator=(const WakeRing&) = delete;

  /// `target` is the ring to wake, `user_data` what the completion posted to it bears. 0, or the
  /// negated error (io_uring_setup(2), eventfd(2)).
  int open(const io_uring& target, std::uint64_t user_data);

  /// The next `wake`, or one since the last completion, posts a completion. False if the kernel has
  /// no memory for it at the moment: call again.
  bool arm();
  bool armed() const { return armed_; }
  /// The completion was reaped from the target.
  void note_completion() { armed_ = false; }

  /// Any thread, and signal handlers.
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
