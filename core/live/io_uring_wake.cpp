#include "core/live/io_uring_wake.hpp"

#include <cerrno>

#include <sys/eventfd.h>
#include <unistd.h>

namespace proactor_lab {
namespace {

constexpr unsigned entries = 4;

/// The kernel writes the eventfd's count here. It is never read and is shared by all rings, so a
/// read that is still in progress when its ring is destroyed does no harm.
std::uint64_t discarded_count = 0;

}  // namespace

WakeRing::~WakeRing() {
  if (opened_) io_uring_queue_exit(&ring_);
  if (descriptor_ >= 0) ::close(descriptor_);
}

int WakeRing::open(const io_uring& target, std::uint64_t user_data) {
  descriptor_ = eventfd(0, EFD_CLOEXEC);
  if (descriptor_ < 0) return -errno;
  // The kernel completes requests when this thread next enters the kernel or waits there, so a
  // handler that computes is not interrupted.
  const int result = io_uring_queue_init(entries, &ring_, IORING_SETUP_COOP_TASKRUN);
  if (result < 0) return result;
  opened_ = true;
  target_ = target.ring_fd;
  user_data_ = user_data;
  return 0;
}

bool WakeRing::arm() {
  if (armed_) return true;
  // Both or none: requests that could not be submitted before are submitted now.
  if (io_uring_sq_ready(&ring_) == 0) {
    io_uring_sqe* const read = io_uring_get_sqe(&ring_);
    io_uring_prep_read(read, descriptor_, &discarded_count, sizeof(discarded_count), 0);
    io_uring_sqe* const post = io_uring_get_sqe(&ring_);
    io_uring_prep_msg_ring(post, target_, 0, user_data_, 0);
    // The user data marks them as requests that are not operations; tools that trace the kernel
    // skip them.
    io_uring_sqe_set_data64(read, user_data_);
    io_uring_sqe_set_data64(post, user_data_);
    read->flags = IOSQE_IO_HARDLINK | IOSQE_CQE_SKIP_SUCCESS;
    post->flags = IOSQE_CQE_SKIP_SUCCESS;
  }
  armed_ = io_uring_submit(&ring_) >= 0 && io_uring_sq_ready(&ring_) == 0;
  return armed_;
}

void WakeRing::wake() const {
  const std::uint64_t one = 1;
  // Fails only if the counter is full, and then the thread wakes anyway.
  [[maybe_unused]] const auto written = write(descriptor_, &one, sizeof(one));
}

}  // namespace proactor_lab
