// Thread per connection: each client has its own thread, which blocks whenever the client waits.
#include "lessons/programs/models/models.hpp"
#include "lessons/programs/models/service.hpp"

namespace proactor_lab {
namespace {

Task serve_alone(BlockingSystem& system, ProgramSettings settings, Session session) {
  co_await serve_session(system, settings, session);
}

}  // namespace

Task thread_per_connection(BlockingSystem& system, ProgramSettings settings) {
  const Handle listener = open_listener(system, settings);
  Session session;
  while (true) {
    const bool well = co_await accept_session(system, settings, listener, session);
    if (!well) co_return;
    const std::int32_t started =
        co_await system.spawn(serve_alone(system, settings, session), "connection");
    if (started < 0) co_await close_session(system, session);
  }
}

}  // namespace proactor_lab
