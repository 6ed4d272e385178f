#include "lessons/programs/daytime.hpp"

#include <array>
#include <cstdio>
#include <memory>
#include <string_view>

#include "core/composed.hpp"
#include "lessons/programs/accept_loop.hpp"

namespace proactor_lab {
namespace {

class Daytime final : public AsyncProgram {
 public:
  Daytime(Proactor& proactor, OperatingSystem& system, const ProgramSettings& settings)
      : proactor_(proactor),
        system_(system),
        settings_(settings),
        accepting_(proactor, system, [this](Handle handle) { tell_time(handle); }) {}

  std::error_code start() override { return accepting_.start(settings_.listen_on); }

  Endpoint endpoint() const override { return accepting_.endpoint(); }

 private:
  /// Bytes that are being sent must stay valid until the handler runs. So the handler owns them.
  using Line = std::array<char, 48>;

  /// RFC 867 leaves the format open. We send the timers' clock in seconds. In a simulated run it
  /// starts at 0, so that all runs agree; on a live system it starts when the kernel boots.
  static std::size_t format(Instant now, Line& line) {
    const auto time = to_ns(now);
    const int length = std::snprintf(line.data(), line.size(), "%lld.%09lld seconds\r\n",
                                     static_cast<long long>(time / 1'000'000'000),
                                     static_cast<long long>(time % 1'000'000'000));
    return static_cast<std::size_t>(length);
  }

  void tell_time(Handle handle) {
    auto line = std::make_unique<Line>();
    const std::size_t length = format(system_.now(), *line);
    const auto bytes = std::as_bytes(std::span(*line)).first(length);
    auto handler = [this, handle, owned = std::move(line)](std::error_code, std::size_t) {
      close(handle);  // sent, or the client is gone
    };
    async_write(StreamSocket(proactor_, handle), bytes, named("on_write", std::move(handler)));
  }

  void close(Handle handle) {
    auto handler = [this](std::error_code) { accepting_.connection_ended(); };
    StreamSocket(proactor_, handle).async_close(named("on_close", handler));
  }

  Proactor& proactor_;
  OperatingSystem& system_;
  ProgramSettings settings_;
  AcceptLoop accepting_;
};

}  // namespace

std::unique_ptr<AsyncProgram> make_daytime(Proactor& proactor, OperatingSystem& system,
                                           const ProgramSettings& settings) {
  return std::make_unique<Daytime>(proactor, system, settings);
}

}  // namespace proactor_lab
