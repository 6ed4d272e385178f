#include "lessons/programs/multishot_echo.hpp"

#include <cerrno>
#include <memory>
#include <string>
#include <vector>

#include "core/composed.hpp"
#include "core/socket.hpp"

namespace proactor_lab {
namespace {

constexpr std::uint16_t buffer_count = 16;
constexpr std::uint32_t buffer_bytes = 1024;

class MultishotEcho final : public AsyncProgram {
 public:
  MultishotEcho(Proactor& proactor, OperatingSystem& system, const ProgramSettings& settings)
      : proactor_(proactor),
        system_(system),
        settings_(settings),
        buffers_(buffer_count, buffer_bytes) {}

  std::error_code start() override {
    std::error_code error;
    system_.register_buffers(buffers_, error);  // must stay valid as long as the system exists
    if (!error) listener_ = system_.listen(settings_.listen_on, "listener", error);
    if (!error) accept();
    return error;
  }

  Endpoint endpoint() const override { return system_.local_endpoint(listener_); }

 private:
  struct Connection {
    Handle handle = Handle::none;
    std::string sending;  // lent to the write; empty if none is pending
    std::string waiting;  // to be sent next
    bool receives = false;
    bool ended = false;  // by the client, or by an error
  };

  void accept() {
    auto handler = [this](std::error_code error, Handle handle) { on_accept(error, handle); };
    Acceptor(proactor_, listener_).async_accept_many(named("on_accept", handler));
  }

  /// Called for each connection; the call with an error is the last.
  void on_accept(std::error_code error, Handle handle) {
    if (error) {
      accept_again_ = error.value() == EMFILE || error.value() == ENFILE;
      return;
    }
    Connection& connection = *connections_.emplace_back(std::make_unique<Connection>());
    connection.handle = handle;
    receive(connection);
  }

  void receive(Connection& connection) {
    connection.receives = true;
    auto handler = [this, &connection](std::error_code error, std::span<std::byte> bytes) {
      on_receive(connection, error, bytes);
    };
    StreamSocket socket(proactor_, connection.handle);
    socket.async_receive_many(buffers_, named("on_receive", handler));
  }

  /// Called for each arrival. The bytes are ours until this function returns. The last call brings
  /// no bytes.
  void on_receive(Connection& connection, std::error_code error, std::span<std::byte> bytes) {
    if (!bytes.empty()) {
      connection.waiting.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
      return send(connection);
    }
    connection.receives = false;
    // At that moment no buffer was free. By now they are free again.
    if (error.value() == ENOBUFS) return receive(connection);
    connection.ended = true;
    close_if_done(connection);
  }

  void send(Connection& connection) {
    if (!connection.sending.empty() || connection.waiting.empty()) return;
    connection.sending.swap(connection.waiting);
    auto handler = [this, &connection](std::error_code error, std::size_t) {
      on_send(connection, error);
    };
    StreamSocket socket(proactor_, connection.handle);
    async_write(socket, std::as_bytes(std::span(connection.sending)), named("on_send", handler));
  }

  void on_send(Connection& connection, std::error_code error) {
    connection.sending.clear();
    if (error) connection.waiting.clear();
    send(connection);
    close_if_done(connection);
  }

  void close_if_done(Connection& connection) {
    if (!connection.ended || connection.receives || !connection.sending.empty()) return;
    auto handler = [this, &connection](std::error_code) { on_close(connection); };
    StreamSocket(proactor_, connection.handle).async_close(named("on_close", handler));
  }

  void on_close(Connection& connection) {
    std::erase_if(connections_, [&](const auto& each) { return each.get() == &connection; });
    if (std::exchange(accept_again_, false)) accept();
  }

  Proactor& proactor_;
  OperatingSystem& system_;
  ProgramSettings settings_;
  BufferGroup buffers_;
  Handle listener_ = Handle::none;
  bool accept_again_ = false;                             // the process had no descriptor left
  std::vector<std::unique_ptr<Connection>> connections_;  // operations point to them: never moved
};

}  // namespace

std::unique_ptr<AsyncProgram> make_multishot_echo(Proactor& proactor, OperatingSystem& system,
                                                  const ProgramSettings& settings) {
  return std::make_unique<MultishotEcho>(proactor, system, settings);
}

}  // namespace proactor_lab
