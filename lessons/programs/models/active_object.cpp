// Active Object: a caller puts a method request into the object's activation queue and continues.
// The object's own threads execute the requests. Here the main thread reads all clients' requests
// and asks the object to answer them.
#include <array>
#include <memory>

#include "lessons/programs/models/models.hpp"
#include "lessons/programs/models/monitor_queue.hpp"
#include "lessons/programs/models/session_table.hpp"

namespace proactor_lab {
namespace {

/// Servant and scheduler in one. Its clients call the method `answer`.
class Answerer {
 public:
  Answerer(BlockingSystem& system, const ProgramSettings& settings, Handle ready)
      : system_(system), settings_(settings), ready_(ready), activation_queue_(system) {}

  /// The proxy's method: it returns before the request is done. When it is done, the client of
  /// `key` gets its answer, and its connection is watched again.
  Task answer(std::uint32_t key) { co_await activation_queue_.put(key); }

  /// The body of each of the object's threads.
  static Task run(std::shared_ptr<Answerer> self) {
    while (true) {
      const std::optional<std::uint32_t> key = co_await self->activation_queue_.take();
      if (!key) co_return;
      co_await self->execute(*key);
    }
  }

  SessionTable& sessions() { return sessions_; }

 private:
  Task execute(std::uint32_t key) {
    Session& session = sessions_.at(key);
    bool well = co_await ask_back_end(system_, settings_, session);
    if (well) well = co_await proactor_lab::answer(system_, settings_, session);
    if (well) {
      co_await system_.watch(ready_, session.client, key);
      co_return;
    }
    co_await close_session(system_, session);
    sessions_.remove(key);
  }

  BlockingSystem& system_;
  ProgramSettings settings_;
  Handle ready_;
  MonitorQueue<std::uint32_t> activation_queue_;
  SessionTable sessions_;
};

}  // namespace

Task active_object(BlockingSystem& system, ProgramSettings settings) {
  const Handle listener = open_listener(system, settings);
  const Handle ready{system.open_ready_set("clients")};
  const auto answerer = std::make_shared<Answerer>(system, settings, ready);
  for (std::uint32_t i = 1; i <= settings.threads; ++i) {
    const char* name = system.keep("servant " + std::to_string(i));
    co_await system.spawn(Answerer::run(answerer), name);
  }
  co_await system.watch(ready, listener, SessionTable::listener_key);
  std::array<std::uint32_t, 64> keys{};
  while (true) {
    const std::int32_t found = co_await system.wait_ready(ready, keys);
    for (std::int32_t i = 0; i < found; ++i) {
      const std::uint32_t key = keys[static_cast<std::size_t>(i)];
      if (key == SessionTable::listener_key) {
        Session session;
        const Accepted accepted = co_await try_accept_session(system, settings, listener, session);
        if (accepted == Accepted::closed) co_return;
        if (accepted == Accepted::client) {
          co_await system.watch(ready, session.client, answerer->sessions().add(session));
        }
        co_await system.watch(ready, listener, key);
        continue;
      }
      Session& session = answerer->sessions().at(key);
      const bool well = co_await read_request(system, session);
      if (well) {
        co_await answerer->answer(key);
      } else {
        co_await close_session(system, session);
        answerer->sessions().remove(key);
      }
    }
    if (found < 0) co_return;
  }
}

}  // namespace proactor_lab
