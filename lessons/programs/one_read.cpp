// The smallest whole proactor program: accept one client, read once, close.
#include "lessons/programs/one_read.hpp"

#include <array>

#include "core/socket.hpp"

namespace proactor_lab {
namespace {

class OneRead final : public AsyncProgram {
 public:
  OneRead(Proactor& proactor, OperatingSystem& system, const ProgramSettings& settings)
      : proactor_(proactor), system_(system), settings_(settings) {}

  std::error_code start() override {
    std::error_code error;
    listener_ = system_.listen(settings_.listen_on, "listener", error);
    if (error) return error;
    accept();
    return {};
  }

  Endpoint endpoint() const override { return system_.local_endpoint(listener_); }

 private:
  void accept() {
    Acceptor acceptor(proactor_, listener_);
    auto handler = [this](std::error_code error, Handle connection) {
      if (!error) on_accept(connection);
    };
    acceptor.async_accept(named("on_accept", handler));
  }

  void on_accept(Handle connection) {
    connection_ = connection;
    StreamSocket socket(proactor_, connection_);
    auto handler = [this](std::error_code, std::size_t) { on_receive(); };
    socket.async_receive(buffer_, named("on_receive", handler));
  }

  // The bytes are already here: the system has put them into the buffer.
  void on_receive() {
    StreamSocket socket(proactor_, connection_);
    socket.async_close(named("on_close", [](std::error_code) {}));
  }

  Proactor& proactor_;
  OperatingSystem& system_;
  ProgramSettings settings_;
  Handle listener_ = Handle::none;
  Handle connection_ = Handle::none;
  std::array<std::byte, 64> buffer_{};
};

}  // namespace

std::unique_ptr<AsyncProgram> make_one_read(Proactor& proactor, OperatingSystem& system,
                                            const ProgramSettings& settings) {
  return std::make_unique<OneRead>(proactor, system, settings);
}

/// The same service as a reactor: wait until bytes can be read, then read them yourself.
Task one_read_reactor(BlockingSystem& system, ProgramSettings settings) {
  const Handle listener{system.listen(settings.listen_on, "listener")};
  const std::array<Handle, 1> listeners{listener};
  co_await system.poll(listeners);
  const Handle connection{co_await system.accept(listener)};
  const std::array<Handle, 1> connections{connection};
  co_await system.poll(connections);
  std::array<std::byte, 64> buffer{};
  co_await system.read(connection, buffer);
  co_await system.close(connection);
}

}  // namespace proactor_lab
