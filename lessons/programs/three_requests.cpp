#include "lessons/programs/three_requests.hpp"

#include <array>

#include "core/socket.hpp"

namespace proactor_lab {
namespace {

constexpr std::array<const char*, 3> names{"A", "B", "C"};
constexpr std::size_t request_bytes = 64;

// --- Blocking ------------------------------------------------------------------------------------

Task serve_one(BlockingSystem& system, ProgramSettings settings, const char* name) {
  const Handle back_end{system.open_stream_socket(name)};
  co_await system.connect(back_end, settings.back_end);
  co_await system.compute(settings.work);
  std::array<std::byte, request_bytes> buffer{};
  co_await system.write(back_end, buffer);
  co_await system.read(back_end, buffer);
  co_await system.close(back_end);
}

// --- Proactor ------------------------------------------------------------------------------------

class ThreeRequests final : public AsyncProgram {
 public:
  ThreeRequests(Proactor& proactor, OperatingSystem& system, const ProgramSettings& settings)
      : proactor_(proactor), system_(system), settings_(settings) {}

  std::error_code start() override {
    for (std::size_t i = 0; i < requests_.size(); ++i) {
      std::error_code error;
      requests_[i].handle = system_.open_stream_socket(names[i], error);
      if (error) return error;
    }
    for (Request& request : requests_) connect(request);
    return {};
  }

 private:
  struct Request {
    Handle handle = Handle::none;
    std::array<std::byte, request_bytes> buffer{};
  };

  void connect(Request& request) {
    StreamSocket socket(proactor_, request.handle);
    auto handler = [this, &request](std::error_code error) { on_connect(request, error); };
    socket.async_connect(settings_.back_end, named("on_connect", handler));
  }

  void on_connect(Request& request, std::error_code error) {
    if (error) return;
    system_.compute(settings_.work);
    StreamSocket socket(proactor_, request.handle);
    auto handler = [this, &request](std::error_code e, std::size_t) { on_send(request, e); };
    socket.async_send(request.buffer, named("on_send", handler));
  }

  void on_send(Request& request, std::error_code error) {
    if (error) return;
    StreamSocket socket(proactor_, request.handle);
    auto handler = [this, &request](std::error_code, std::size_t) { on_answer(request); };
    socket.async_receive(request.buffer, named("on_answer", handler));
  }

  void on_answer(Request& request) {
    StreamSocket socket(proactor_, request.handle);
    socket.async_close(named("on_close", [](std::error_code) {}));
  }

  Proactor& proactor_;
  OperatingSystem& system_;
  ProgramSettings settings_;
  std::array<Request, 3> requests_;
};

}  // namespace

Task three_requests_one_thread(BlockingSystem& system, ProgramSettings settings) {
  for (const char* name : names) co_await serve_one(system, settings, name);
}

Task three_requests_threads(BlockingSystem& system, ProgramSettings settings) {
  // The calling thread serves the first request.
  for (std::size_t i = 1; i < names.size(); ++i) {
    co_await system.spawn(serve_one(system, settings, names[i]), names[i]);
  }
  co_await serve_one(system, settings, names[0]);
}

std::unique_ptr<AsyncProgram> make_three_requests_proactor(Proactor& proactor,
                                                           OperatingSystem& system,
                                                           const ProgramSettings& settings) {
  return std::make_unique<ThreeRequests>(proactor, system, settings);
}

}  // namespace proactor_lab
