// This core, through its public interface: handlers as in lessons/programs/echo_server.cpp.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <thread>
#include <vector>

#include "core/live/epoll_backend.hpp"
#include "core/live/io_uring_backend.hpp"
#include "core/socket.hpp"
#include "tests/bench/core/servers.hpp"

namespace proactor_lab::bench {
namespace {

/// Fails as every server of the bench does.
void check(std::error_code error, const char* what) {
  if (error) give_up(what, error.value());
}

Handle listen_on(OperatingSystem& system, Meter& meter) {
  std::error_code error;
  const Handle listener = system.listen({loopback_address, 0}, "listener", error);
  check(error, "listen");
  meter.listens_on(system.local_endpoint(listener).port);
  return listener;
}

// --- One completion per operation ---------------------------------------------------------------

class EchoServer {
 public:
  EchoServer(Proactor& proactor, OperatingSystem& system, Meter& meter)
      : proactor_(proactor), meter_(meter), acceptor_(proactor, listen_on(system, meter)) {
    accept();
  }

 private:
  struct Connection {
    StreamSocket socket;
    std::size_t received = 0;
    std::size_t sent = 0;
    std::array<std::byte, buffer_bytes> buffer;
  };

  void accept() {
    auto handler = [this](std::error_code error, Handle handle) {
      check(error, "accept");
      connections_.push_back(
          std::make_unique<Connection>(Connection{{proactor_, handle}, 0, 0, {}}));
      receive(*connections_.back());
      accept();
    };
    acceptor_.async_accept(named("on_accept", handler));
  }

  void receive(Connection& connection) {
    auto handler = [this, &connection](std::error_code error, std::size_t bytes) {
      if (error || bytes == 0) return close(connection);
      connection.received = bytes;
      connection.sent = 0;
      send(connection);
    };
    connection.socket.async_receive(connection.buffer, named("on_receive", handler));
  }

  void send(Connection& connection) {
    const std::span rest(connection.buffer.data() + connection.sent,
                         connection.received - connection.sent);
    auto handler = [this, &connection](std::error_code error, std::size_t bytes) {
      if (error) return close(connection);
      connection.sent += bytes;
      if (connection.sent < connection.received) return send_rest(connection);
      meter_.served();
      receive(connection);
    };
    connection.socket.async_send(rest, named("on_send", handler));
  }

  [[gnu::cold]] void send_rest(Connection& connection) { send(connection); }

  [[gnu::cold]] static void close(Connection& connection) {
    connection.socket.async_close([](std::error_code) {});
  }

  Proactor& proactor_;
  Meter& meter_;
  Acceptor acceptor_;
  std::vector<std::unique_ptr<Connection>> connections_;
};

// --- The same as coroutines --------------------------------------------------------------------

Task serve_connection(StreamSocket socket, Meter& meter) {
  std::array<std::byte, buffer_bytes> buffer;
  while (true) {
    const auto [error, received] = co_await socket.receive(buffer);
    if (error || received == 0) break;
    std::size_t sent = 0;
    while (sent < received) {
      const auto [send_error, bytes] =
          co_await socket.send(std::span(buffer).subspan(sent, received - sent));
      if (send_error) break;
      sent += bytes;
    }
    if (sent < received) break;
    meter.served();
  }
  co_await socket.close();
}

Task accept_connections(Proactor& proactor, Acceptor acceptor, Meter& meter) {
  while (true) {
    const auto [error, handle] = co_await acceptor.accept();
    check(error, "accept");
    spawn(serve_connection({proactor, handle}, meter));
  }
}

// --- Accept once, receive once, buffers provided -----------------------------------------------

/// As many as one wait may take, a power of two. Buffers are used in rotation, so with more of them
/// the next one would never be in the cache.
constexpr std::uint16_t provided_buffers = 1024;

class MultishotEchoServer {
 public:
  MultishotEchoServer(Proactor& proactor, OperatingSystem& system, Meter& meter)
      : proactor_(proactor), meter_(meter), buffers_(provided_buffers, buffer_bytes) {
    std::error_code error;
    system.register_buffers(buffers_, error);
    check(error, "register_buffers");
    Acceptor acceptor(proactor_, listen_on(system, meter));
    acceptor.async_accept_many([this](std::error_code e, Handle h) {
      check(e, "accept");
      connections_.push_back(
          std::make_unique<Connection>(Connection{{proactor_, h}, 0, 0, {}, {}}));
      receive(*connections_.back());
    });
  }

 private:
  /// A provided buffer belongs to the handler only until it returns. So the bytes to send are
  /// copied: one request into `sending`, the rest into `waiting`.
  struct Connection {
    StreamSocket socket;
    std::size_t received = 0;  // bytes in `sending`; 0: no send is pending
    std::size_t sent = 0;
    std::array<std::byte, request_bytes> sending;
    std::vector<std::byte> waiting;
  };

  void receive(Connection& connection) {
    auto handler = [this, &connection](std::error_code error, std::span<std::byte> bytes) {
      on_receive(connection, error, bytes);
    };
    connection.socket.async_receive_many(buffers_, named("on_receive", handler));
  }

  void on_receive(Connection& connection, std::error_code error, std::span<std::byte> bytes) {
    if (error.value() == ENOBUFS) return receive(connection);
    if (error || bytes.empty()) return close(connection);
    if (connection.received != 0 || bytes.size() > connection.sending.size()) {
      return keep(connection, bytes);
    }
    answer(connection, bytes);
  }

  void answer(Connection& connection, std::span<const std::byte> bytes) {
    std::copy(bytes.begin(), bytes.end(), connection.sending.begin());
    connection.received = bytes.size();
    connection.sent = 0;
    send(connection);
  }

  [[gnu::cold]] void keep(Connection& connection, std::span<const std::byte> bytes) {
    connection.waiting.insert(connection.waiting.end(), bytes.begin(), bytes.end());
    if (connection.received == 0) answer_waiting(connection);
  }

  void send(Connection& connection) {
    const std::span rest(connection.sending.data() + connection.sent,
                         connection.received - connection.sent);
    auto handler = [this, &connection](std::error_code error, std::size_t bytes) {
      if (error) return;  // the receive fails, too, and closes
      on_send(connection, bytes);
    };
    connection.socket.async_send(rest, named("on_send", handler));
  }

  void on_send(Connection& connection, std::size_t bytes) {
    connection.sent += bytes;
    if (connection.sent < connection.received) return send(connection);
    meter_.served();
    connection.received = 0;
    if (!connection.waiting.empty()) answer_waiting(connection);
  }

  [[gnu::cold]] void answer_waiting(Connection& connection) {
    std::vector<std::byte>& waiting = connection.waiting;
    const std::size_t size = std::min(waiting.size(), connection.sending.size());
    answer(connection, std::span(waiting).first(size));
    waiting.erase(waiting.begin(), waiting.begin() + static_cast<std::ptrdiff_t>(size));
  }

  [[gnu::cold]] static void close(Connection& connection) {
    connection.socket.async_close([](std::error_code) {});
  }

  Proactor& proactor_;
  Meter& meter_;
  BufferGroup buffers_;
  std::vector<std::unique_ptr<Connection>> connections_;
};

// --- Choice of the system ----------------------------------------------------------------------

template <class Backend>
std::unique_ptr<Backend> open_backend(Recorder* recorder) {
  std::error_code error;
  auto backend = Backend::open(recorder, error);
  check(error, "the system's queue");
  return backend;
}

template <class Backend, class Server>
void run(Meter& meter, Recorder* recorder = nullptr) {
  const auto system = open_backend<Backend>(recorder);
  CompletionEventQueue queue;
  Proactor proactor(*system, *system, queue, recorder);
  Server server(proactor, *system, meter);
  proactor.run();
}

}  // namespace

void serve_ours_io_uring(Meter& meter) { run<IoUringBackend, EchoServer>(meter); }
void serve_ours_epoll(Meter& meter) { run<EpollBackend, EchoServer>(meter); }
void serve_ours_multishot(Meter& meter) { run<IoUringBackend, MultishotEchoServer>(meter); }

/// Takes facts as the live trace does: a separate thread takes them, and their pages are filled
/// again. Here it discards them, because only the loop thread's work is measured. In lockstep there
/// is no other thread: the facts are taken between the turns, which is not counted either.
class TakenRecorder final : public Recorder {
 public:
  explicit TakenRecorder(Meter& meter) {
    if (meter.in_lockstep()) {
      meter.before_each_turn([this] { take(); });
      return;
    }
    std::thread([this] {
      while (true) {
        take();
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
      }
    }).detach();  // the meter ends the process
  }
  const char* keep(std::string_view) override { return ""; }

 private:
  void take() {
    loop_lane().take([](const Fact&) {});
  }
};

void serve_ours_io_uring_traced(Meter& meter) {
  TakenRecorder recorder(meter);
  run<IoUringBackend, EchoServer>(meter, &recorder);
}

void serve_ours_io_uring_coroutines(Meter& meter) {
  const auto system = open_backend<IoUringBackend>(nullptr);
  CompletionEventQueue queue;
  Proactor proactor(*system, *system, queue);
  spawn(accept_connections(proactor, {proactor, listen_on(*system, meter)}, meter));
  proactor.run();
}

}  // namespace proactor_lab::bench
