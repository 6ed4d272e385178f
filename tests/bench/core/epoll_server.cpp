// epoll by hand: a reactor that reads and answers immediately, as event loops in C do.
#include <array>
#include <cerrno>

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/bench/core/servers.hpp"

namespace proactor_lab::bench {
namespace {

struct Connection {
  int descriptor = -1;
  std::size_t received = 0;
  std::size_t sent = 0;  // less than received: the peer has yet to take the rest
  std::array<char, buffer_bytes> buffer;
};

class Server {
 public:
  explicit Server(Meter& meter)
      : meter_(meter), listener_(listen_on_loopback()), epoll_(checked(epoll_create1(0), "epoll")) {
    meter_.listens_on(port_of(listener_));
  }

  void run() {
    watch(EPOLL_CTL_ADD, listener_, EPOLLIN, nullptr);
    std::array<epoll_event, 256> events;
    while (true) {
      const int count = epoll_wait(epoll_, events.data(), events.size(), -1);
      for (int i = 0; i < count; ++i) {
        const epoll_event& event = events[static_cast<std::size_t>(i)];
        if (event.data.ptr == nullptr) {
          accept();
        } else {
          serve(*static_cast<Connection*>(event.data.ptr));
        }
      }
    }
  }

 private:
  void watch(int what, int descriptor, std::uint32_t events, Connection* connection) {
    epoll_event event{};
    event.events = events;
    event.data.ptr = connection;
    checked(epoll_ctl(epoll_, what, descriptor, &event), "epoll_ctl");
  }

  void accept() {
    auto* connection = new Connection;
    connection->descriptor =
        checked(accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK), "accept4");
    watch(EPOLL_CTL_ADD, connection->descriptor, EPOLLIN, connection);
  }

  void serve(Connection& connection) {
    if (connection.sent == connection.received) {
      const ssize_t bytes = recv(connection.descriptor, connection.buffer.data(), buffer_bytes, 0);
      if (bytes < 0 && errno == EAGAIN) return;
      if (bytes <= 0) return close(connection);
      connection.received = static_cast<std::size_t>(bytes);
      connection.sent = 0;
    } else {
      watch(EPOLL_CTL_MOD, connection.descriptor, EPOLLIN, &connection);
    }
    const ssize_t bytes = send(connection.descriptor, connection.buffer.data() + connection.sent,
                               connection.received - connection.sent, MSG_NOSIGNAL);
    if (bytes < 0 && errno != EAGAIN) return close(connection);
    if (bytes > 0) connection.sent += static_cast<std::size_t>(bytes);
    if (connection.sent == connection.received) {
      meter_.served();
    } else {
      watch(EPOLL_CTL_MOD, connection.descriptor, EPOLLOUT, &connection);
    }
  }

  static void close(Connection& connection) {
    ::close(connection.descriptor);
    delete &connection;
  }

  Meter& meter_;
  int listener_;
  int epoll_;
};

}  // namespace

void serve_epoll(Meter& meter) { Server(meter).run(); }

}  // namespace proactor_lab::bench
