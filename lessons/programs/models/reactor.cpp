// Reactor: one thread waits for all connections at once. When one is ready, the thread calls its
// handler, which reads and writes without waiting for more.
//
// The answers are small, and connecting to the back end takes one round trip. A reactor for large
// answers or distant back ends would also wait until it can write.
#include <array>

#include "lessons/programs/models/models.hpp"
#include "lessons/programs/models/session_table.hpp"

namespace proactor_lab {
namespace {

class Reactor {
 public:
  Reactor(BlockingSystem& system, const ProgramSettings& settings)
      : system_(system),
        settings_(settings),
        listener_(open_listener(system, settings)),
        ready_(Handle{system.open_ready_set("connections")}) {}

  Task run() {
    co_await system_.watch(ready_, listener_, SessionTable::listener_key);
    std::array<std::uint32_t, 64> keys{};
    while (listening_) {
      const std::int32_t found = co_await system_.wait_ready(ready_, keys);
      for (std::int32_t i = 0; i < found; ++i) {
        co_await dispatch(keys[static_cast<std::size_t>(i)]);
      }
      if (found < 0) co_return;
    }
  }

 private:
  Task dispatch(std::uint32_t key) {
    if (key == SessionTable::listener_key) co_return co_await on_connection();
    Session& session = sessions_.at(key);
    bool well = false;
    if (session.request_bytes == 0) {
      well = co_await on_request(key, session);
    } else {
      well = co_await on_answer(key, session);
    }
    if (well) co_return;
    co_await close_session(system_, session);
    sessions_.remove(key);
  }

  Task on_connection() {
    Session session;
    const Accepted accepted = co_await try_accept_session(system_, settings_, listener_, session);
    listening_ = accepted != Accepted::closed;
    if (!listening_) co_return;
    if (accepted == Accepted::client) {
      co_await system_.watch(ready_, session.client, sessions_.add(session));
    }
    co_await system_.watch(ready_, listener_, SessionTable::listener_key);
  }

  TaskOf<bool> on_request(std::uint32_t key, Session& session) {
    bool well = co_await read_request(system_, session);
    if (well) well = co_await ask_back_end(system_, settings_, session);
    if (well) co_await system_.watch(ready_, session.back_end, key);
    co_return well;
  }

  TaskOf<bool> on_answer(std::uint32_t key, Session& session) {
    const bool well = co_await answer(system_, settings_, session);
    session.request_bytes = 0;
    if (well) co_await system_.watch(ready_, session.client, key);
    co_return well;
  }

  BlockingSystem& system_;
  ProgramSettings settings_;
  Handle listener_;
  Handle ready_;
  SessionTable sessions_;
  bool listening_ = true;
};

}  // namespace

Task reactor(BlockingSystem& system, ProgramSettings settings) {
  Reactor reactor(system, settings);
  co_await reactor.run();
}

}  // namespace proactor_lab
