// Proactor: one thread initiates operations and handles their completions. With workers, the loop
// still handles all completions, and a worker does the work for each request.
#include <array>

#include "core/composed.hpp"
#include "lessons/programs/accept_loop.hpp"
#include "lessons/programs/models/models.hpp"

namespace proactor_lab {
namespace {

class ProactorModel final : public AsyncProgram {
 public:
  ProactorModel(Proactor& proactor, OperatingSystem& system, const ProgramSettings& settings)
      : proactor_(proactor),
        system_(system),
        settings_(settings),
        accepting_(proactor, system, [this](Handle client) { spawn(serve(client)); }) {}

  std::error_code start() override { return accepting_.start(settings_.listen_on); }

  Endpoint endpoint() const override { return accepting_.endpoint(); }

 private:
  struct Session {
    StreamSocket client;
    StreamSocket back_end;
    std::array<std::byte, 1024> request;
    std::array<std::byte, 1024> answer;
  };

  Task serve(Handle client) {
    std::error_code error;
    const Handle back_end = system_.open_stream_socket(nullptr, error);
    Session session{{proactor_, client}, {proactor_, back_end}, {}, {}};
    if (!error) {
      error = co_await session.back_end.connect(settings_.back_end).named("on_connect");
      bool well = !error;
      while (well) well = co_await serve_request(session);
      co_await session.back_end.close().named("on_close");
    }
    co_await session.client.close().named("on_close");
    accepting_.connection_ended();
  }

  /// Returns false if the client or the back end closed its connection.
  TaskOf<bool> serve_request(Session& session) {
    const auto [error, bytes] =
        co_await session.client.receive(session.request).named("on_request");
    if (error || bytes == 0) co_return false;
    const auto request = std::span(session.request).first(bytes);
    if (settings_.on_workers) co_await place_of_a_worker();
    system_.compute(settings_.work);
    const auto asked = co_await write(session.back_end, request, "on_asked");
    if (asked.error) co_return false;
    for (std::size_t left = settings_.answer_bytes; left > 0;) {
      const auto room = std::span(session.answer).first(std::min(left, session.answer.size()));
      const auto [failed, some] = co_await session.back_end.receive(room).named("on_answer");
      if (failed || some == 0) co_return false;
      left -= some;
    }
    const auto answered = co_await write(session.client, request, "on_answered");
    co_return !answered.error;
  }

  /// A job that does nothing: a coroutine that awaits it continues on a worker.
  Awaitable<Done> place_of_a_worker(CallSite site = CallSite::here()) {
    return {proactor_, {.opcode = Opcode::no_op}, site};
  }

  Proactor& proactor_;
  OperatingSystem& system_;
  ProgramSettings settings_;
  AcceptLoop accepting_;
};

}  // namespace

std::unique_ptr<AsyncProgram> make_proactor_model(Proactor& proactor, OperatingSystem& system,
                                                  const ProgramSettings& settings) {
  return std::make_unique<ProactorModel>(proactor, system, settings);
}

}  // namespace proactor_lab
