#include "lessons/programs/timeout_race.hpp"

#include <array>

#include "core/socket.hpp"

namespace proactor_lab {
namespace {

class TimeoutRace final : public AsyncProgram {
 public:
  TimeoutRace(Proactor& proactor, OperatingSystem& system, const ProgramSettings& settings)
      : proactor_(proactor), system_(system), settings_(settings) {}

  std::error_code start() override {
    std::error_code error;
    listener_ = system_.listen(settings_.listen_on, "listener", error);
    if (error) return error;
    Acceptor acceptor(proactor_, listener_);
    auto handler = [this](std::error_code failed, Handle connection) {
      if (!failed) on_accept(connection);
    };
    acceptor.async_accept(named("on_accept", handler));
    return {};
  }

  Endpoint endpoint() const override { return system_.local_endpoint(listener_); }

 private:
  void on_accept(Handle connection) {
    connection_ = connection;
    StreamSocket socket(proactor_, connection_);
    Timer timer(proactor_);
    const Instant expiry = system_.now() + settings_.timeout;
    auto on_bytes = [this](std::error_code error, std::size_t) { on_receive(error); };
    receive_ = socket.async_receive(buffer_, named("on_receive", on_bytes));
    auto on_expiry = [this](std::error_code error) { on_timeout(error); };
    timer_ = timer.async_wait(expiry, named("on_timeout", on_expiry));
  }

  // Bytes arrived, or the end of the stream, or the timer has cancelled this receive.
  void on_receive(std::error_code error) {
    if (error != std::errc::operation_canceled) {
      auto handler = [this](std::error_code) { one_is_over(); };
      proactor_.cancel(timer_, named("on_cancel", handler));
    }
    one_is_over();
  }

  void on_timeout(std::error_code error) {
    if (error != std::errc::operation_canceled) {
      auto handler = [this](std::error_code) { one_is_over(); };
      proactor_.cancel(receive_, named("on_cancel", handler));
    }
    one_is_over();
  }

  // Called after each of the three: receive, timer, and at least one cancel. The buffer is free,
  // and we may close the connection, only after receive and timer have both completed.
  void one_is_over() {
    if (proactor_.operations_in_flight() > 0 || closing_) return;
    closing_ = true;
    StreamSocket socket(proactor_, connection_);
    socket.async_close(named("on_close", [](std::error_code) {}));
  }

  Proactor& proactor_;
  OperatingSystem& system_;
  ProgramSettings settings_;
  Handle listener_ = Handle::none;
  Handle connection_ = Handle::none;
  OperationToken receive_;
  OperationToken timer_;
  bool closing_ = false;
  std::array<std::byte, 64> buffer_{};
};

}  // namespace

std::unique_ptr<AsyncProgram> make_timeout_race(Proactor& proactor, OperatingSystem& system,
                                                const ProgramSettings& settings) {
  return std::make_unique<TimeoutRace>(proactor, system, settings);
}

}  // namespace proactor_lab
