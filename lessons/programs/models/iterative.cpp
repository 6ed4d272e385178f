// Iterative: serve one client at a time, from its first request to its last. All others wait.
#include "lessons/programs/models/models.hpp"
#include "lessons/programs/models/service.hpp"

namespace proactor_lab {

Task iterative(BlockingSystem& system, ProgramSettings settings) {
  const Handle listener = open_listener(system, settings);
  Session session;
  while (true) {
    const bool well = co_await accept_session(system, settings, listener, session);
    if (!well) co_return;
    co_await serve_session(system, settings, session);
  }
}

}  // namespace proactor_lab
