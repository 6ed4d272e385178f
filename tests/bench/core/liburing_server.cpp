// liburing by hand, one completion per operation: the loop of io_uring's own examples, with one
// submission and wait per batch.
#include <array>
#include <cstdint>

#include <liburing.h>

#include "tests/bench/core/servers.hpp"

namespace proactor_lab::bench {
namespace {

struct Connection {
  int descriptor = -1;
  bool sending = false;
  unsigned received = 0;
  unsigned sent = 0;
  std::array<char, buffer_bytes> buffer;
};

class Server {
 public:
  Server(io_uring_params params, Meter& meter) : meter_(meter), listener_(listen_on_loopback()) {
    const int result = io_uring_queue_init_params(256, &ring_, &params);
    if (result < 0) give_up("io_uring_queue_init_params", -result);
    if (params.flags != 0) io_uring_register_ring_fd(&ring_);
    meter_.listens_on(port_of(listener_));
  }

  void run() {
    accept();
    while (true) {
      io_uring_submit_and_wait(&ring_, 1);
      io_uring_cqe* cqe = nullptr;
      unsigned head = 0;
      unsigned count = 0;
      io_uring_for_each_cqe(&ring_, head, cqe) {
        ++count;
        on_completion(reinterpret_cast<Connection*>(cqe->user_data), cqe->res);
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

  void accept() {
    io_uring_sqe* sqe = entry();
    io_uring_prep_accept(sqe, listener_, nullptr, nullptr, 0);
    io_uring_sqe_set_data64(sqe, 0);
  }
  void receive(Connection& connection) {
    io_uring_sqe* sqe = entry();
    connection.sending = false;
    io_uring_prep_recv(sqe, connection.descriptor, connection.buffer.data(), buffer_bytes, 0);
    io_uring_sqe_set_data(sqe, &connection);
  }
  void send(Connection& connection) {
    io_uring_sqe* sqe = entry();
    connection.sending = true;
    io_uring_prep_send(sqe, connection.descriptor, connection.buffer.data() + connection.sent,
                       connection.received - connection.sent, MSG_NOSIGNAL);
    io_uring_sqe_set_data(sqe, &connection);
  }

  void on_completion(Connection* connection, int result) {
    if (connection == nullptr) {
      if (result < 0) give_up("accept", -result);
      auto* added = new Connection;
      added->descriptor = result;
      receive(*added);
      return accept();
    }
    if (result <= 0) {
      ::close(connection->descriptor);
      delete connection;
      return;
    }
    if (!connection->sending) {
      connection->received = static_cast<unsigned>(result);
      connection->sent = 0;
      return send(*connection);
    }
    connection->sent += static_cast<unsigned>(result);
    if (connection->sent < connection->received) return send(*connection);
    meter_.served();
    receive(*connection);
  }

  Meter& meter_;
  int listener_;
  io_uring ring_{};
};

}  // namespace

void serve_liburing_plain(Meter& meter) { Server({}, meter).run(); }

/// As core/live/io_uring_backend.cpp opens its own.
void serve_liburing(Meter& meter) {
  io_uring_params params{};
  params.flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_SUBMIT_ALL |
                 IORING_SETUP_CQSIZE;
  params.cq_entries = 4096;
  Server(params, meter).run();
}

}  // namespace proactor_lab::bench
