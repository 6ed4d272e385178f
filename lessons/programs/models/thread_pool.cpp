// Thread pool (Half-Sync/Half-Async): one thread accepts and puts connections into a queue. A fixed
// number of threads take them out; each serves its client until the client leaves.
#include <memory>

#include "lessons/programs/models/models.hpp"
#include "lessons/programs/models/monitor_queue.hpp"
#include "lessons/programs/models/service.hpp"

namespace proactor_lab {
namespace {

using Connections = MonitorQueue<Session>;

Task work(BlockingSystem& system, ProgramSettings settings,
          std::shared_ptr<Connections> connections) {
  while (true) {
    std::optional<Session> session = co_await connections->take();
    if (!session) co_return;
    co_await serve_session(system, settings, *session);
  }
}

}  // namespace

Task thread_pool(BlockingSystem& system, ProgramSettings settings) {
  const Handle listener = open_listener(system, settings);
  const auto connections = std::make_shared<Connections>(system);
  for (std::uint32_t i = 1; i <= settings.threads; ++i) {
    const char* name = system.keep("pool " + std::to_string(i));
    co_await system.spawn(work(system, settings, connections), name);
  }
  Session session;
  while (true) {
    const bool well = co_await accept_session(system, settings, listener, session);
    if (!well) co_return;
    co_await connections->put(session);
  }
}

}  // namespace proactor_lab
