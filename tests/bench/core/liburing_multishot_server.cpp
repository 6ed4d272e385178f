// liburing by hand, multishot: one accept, one receive per connection, a ring of provided buffers
// that are sent from where the kernel put the bytes, and a registered ring.
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include <liburing.h>

#include "tests/bench/core/servers.hpp"

namespace proactor_lab::bench {
namespace {

constexpr unsigned short buffer_count = 512;
constexpr int buffer_group = 0;

/// The user data of a completion: the verb, the descriptor, the buffer.
enum class Verb : std::uint8_t { accept, receive, send };
std::uint64_t tag(Verb verb, int descriptor, unsigned short buffer = 0) {
  return std::uint64_t{static_cast<std::uint8_t>(verb)} << 56 | std::uint64_t{buffer} << 32 |
         static_cast<unsigned>(descriptor);
}

class Server {
 public:
  explicit Server(Meter& meter) : meter_(meter), listener_(listen_on_loopback()) {
    io_uring_params params{};  // as core/live/io_uring_backend.cpp opens its own
    params.flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN |
                   IORING_SETUP_SUBMIT_ALL | IORING_SETUP_CQSIZE;
    params.cq_entries = 4096;
    int result = io_uring_queue_init_params(256, &ring_, &params);
    if (result < 0) give_up("io_uring_queue_init_params", -result);
    io_uring_register_ring_fd(&ring_);  // if it is refused, the descriptor is used
    const std::size_t bytes = buffer_count * sizeof(io_uring_buf);
    buffers_ = static_cast<io_uring_buf_ring*>(std::aligned_alloc(4096, bytes));
    io_uring_buf_reg registration{};
    registration.ring_addr = reinterpret_cast<std::uintptr_t>(buffers_);
    registration.ring_entries = buffer_count;
    registration.bgid = buffer_group;
    result = io_uring_register_buf_ring(&ring_, &registration, 0);
    if (result < 0) give_up("io_uring_register_buf_ring", -result);
    io_uring_buf_ring_init(buffers_);
    for (unsigned short id = 0; id < buffer_count; ++id) give_back(id);
    meter_.listens_on(port_of(listener_));
  }

  void run() {
    io_uring_sqe* sqe = entry();
    io_uring_prep_multishot_accept(sqe, listener_, nullptr, nullptr, 0);
    io_uring_sqe_set_data64(sqe, tag(Verb::accept, listener_));
    while (true) {
      io_uring_submit_and_wait(&ring_, 1);
      io_uring_cqe* cqe = nullptr;
      unsigned head = 0;
      unsigned count = 0;
      io_uring_for_each_cqe(&ring_, head, cqe) {
        ++count;
        on_completion(*cqe);
      }
      io_uring_cq_advance(&ring_, count);
    }
  }

 private:
  io_uring_sqe* entry() {
    io_uring_sqe* sqe = io_uring_get_sqe(&ring_);
    while (sqe == nullptr) {
      io_uring_submit(&ring_);
      sqe = io_uring_get_sqe(&ring_);
    }
    return sqe;
  }

  char* buffer(unsigned short id) { return memory_.data() + std::size_t{id} * buffer_bytes; }

  void give_back(unsigned short id) {
    io_uring_buf_ring_add(buffers_, buffer(id), buffer_bytes, id,
                          io_uring_buf_ring_mask(buffer_count), 0);
    io_uring_buf_ring_advance(buffers_, 1);
  }

  void receive(int descriptor) {
    io_uring_sqe* sqe = entry();
    io_uring_prep_recv(sqe, descriptor, nullptr, 0, 0);
    sqe->ioprio |= IORING_RECV_MULTISHOT;
    sqe->flags |= IOSQE_BUFFER_SELECT;
    sqe->buf_group = buffer_group;
    io_uring_sqe_set_data64(sqe, tag(Verb::receive, descriptor));
  }

  void on_completion(const io_uring_cqe& cqe) {
    const auto descriptor = static_cast<int>(cqe.user_data & 0xffffffff);
    switch (static_cast<Verb>(cqe.user_data >> 56)) {
      case Verb::accept:
        if (cqe.res < 0) give_up("accept", -cqe.res);
        return receive(cqe.res);
      case Verb::receive: {
        if (cqe.res == -ENOBUFS) return receive(descriptor);
        if (cqe.res <= 0) {
          ::close(descriptor);
          return;
        }
        const auto id = static_cast<unsigned short>(cqe.flags >> IORING_CQE_BUFFER_SHIFT);
        io_uring_sqe* sqe = entry();
        io_uring_prep_send(sqe, descriptor, buffer(id), static_cast<unsigned>(cqe.res),
                           MSG_NOSIGNAL | MSG_WAITALL);
        io_uring_sqe_set_data64(sqe, tag(Verb::send, descriptor, id));
        if ((cqe.flags & IORING_CQE_F_MORE) == 0) receive(descriptor);
        return;
      }
      case Verb::send:
        give_back(static_cast<unsigned short>(cqe.user_data >> 32));
        meter_.served();
    }
  }

  Meter& meter_;
  int listener_;
  io_uring ring_{};
  io_uring_buf_ring* buffers_ = nullptr;
  std::vector<char> memory_ = std::vector<char>(std::size_t{buffer_count} * buffer_bytes);
};

}  // namespace

void serve_liburing_multishot(Meter& meter) { Server(meter).run(); }

}  // namespace proactor_lab::bench
