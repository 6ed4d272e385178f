#include "lessons/programs/echo_server.hpp"

#include <array>
#include <cerrno>
#include <memory>
#include <vector>

#include "core/socket.hpp"
#include "core/strand.hpp"

namespace proactor_lab {
namespace {

class EchoServer final : public AsyncProgram {
 public:
  EchoServer(Proactor& proactor, OperatingSystem& system, const ProgramSettings& settings)
      : proactor_(proactor), system_(system), settings_(settings), strand_(proactor) {}

  std::error_code start() override {
    std::error_code error;
    listener_ = system_.listen(settings_.listen_on, "listener", error);
    if (!error) accept();
    return error;
  }

  Endpoint endpoint() const override { return system_.local_endpoint(listener_); }

 private:
  struct Connection {
    Handle handle = Handle::none;
    std::size_t received = 0;
    std::size_t sent = 0;
    std::array<std::byte, 4096> buffer;
  };

  void accept() {
    Acceptor acceptor(proactor_, listener_);
    auto handler = [this](std::error_code error, Handle handle) { on_accept(error, handle); };
    acceptor.async_accept(on(strand_, named("on_accept", handler)));
  }

  void on_accept(std::error_code error, Handle handle) {
    if (!error) receive(take_connection(handle));
    // No descriptors left: new clients wait in the backlog until a connection ends.
    if (error.value() == EMFILE || error.value() == ENFILE) {
      accept_again_ = true;
      return;
    }
    if (error.value() != EINVAL && error.value() != EBADF && error.value() != ECANCELED) accept();
  }

  void receive(Connection& connection) {
    StreamSocket socket(proactor_, connection.handle);
    auto handler = [this, &connection](std::error_code e, std::size_t n) {
      on_receive(connection, e, n);
    };
    socket.async_receive(connection.buffer, named("on_receive", handler));
  }

  void on_receive(Connection& connection, std::error_code error, std::size_t bytes) {
    if (error || bytes == 0) return close(connection);
    connection.received = bytes;
    connection.sent = 0;
    if (settings_.work > Duration::zero()) system_.compute(settings_.work);
    send(connection);
  }

  void send(Connection& connection) {
    StreamSocket socket(proactor_, connection.handle);
    const auto rest =
        std::span(connection.buffer).first(connection.received).subspan(connection.sent);
    auto handler = [this, &connection](std::error_code e, std::size_t n) {
      on_send(connection, e, n);
    };
    socket.async_send(rest, named("on_send", handler));
  }

  void on_send(Connection& connection, std::error_code error, std::size_t bytes) {
    if (error) return close(connection);
    connection.sent += bytes;
    if (connection.sent < connection.received) return send(connection);  // a short send: the rest
    receive(connection);
  }

  void close(Connection& connection) {
    StreamSocket socket(proactor_, connection.handle);
    auto handler = [this, &connection](std::error_code) { on_close(connection); };
    socket.async_close(on(strand_, named("on_close", handler)));
  }

  void on_close(Connection& connection) {
    free_.push_back(&connection);
    if (std::exchange(accept_again_, false)) accept();
  }

  Connection& take_connection(Handle handle) {
    if (free_.empty()) {
      connections_.push_back(std::make_unique<Connection>());
      free_.push_back(connections_.back().get());
    }
    Connection& connection = *free_.back();
    free_.pop_back();
    connection.handle = handle;
    return connection;
  }

  Proactor& proactor_;
  OperatingSystem& system_;
  ProgramSettings settings_;
  Handle listener_ = Handle::none;
  Strand strand_;  // serializes handlers that use members below; a connection has one at a time
  bool accept_again_ = false;
  std::vector<std::unique_ptr<Connection>> connections_;  // operations point to them: never moved
  std::vector<Connection*> free_;
};

}  // namespace

std::unique_ptr<AsyncProgram> make_echo_server(Proactor& proactor, OperatingSystem& system,
                                               const ProgramSettings& settings) {
  return std::make_unique<EchoServer>(proactor, system, settings);
}

}  // namespace proactor_lab
