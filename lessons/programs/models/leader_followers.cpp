// Leader/Followers: threads take turns at waiting for all connections. The leader waits. When a
// request arrives, the leader promotes a follower to be the next leader and serves the request
// itself. So no thread hands work to another.
#include <array>
#include <memory>

#include "lessons/programs/models/models.hpp"
#include "lessons/programs/models/session_table.hpp"

namespace proactor_lab {
namespace {

struct Group {
  Handle listener;
  Handle ready;  // the set of all connections
  Lock leader;   // the thread that holds it is the leader
  SessionTable sessions;
};

Task accept_next(BlockingSystem& system, const ProgramSettings& settings, Group& group) {
  Session session;
  const Accepted accepted = co_await try_accept_session(system, settings, group.listener, session);
  if (accepted == Accepted::closed) co_return;
  if (accepted == Accepted::client) {
    const std::uint32_t key = group.sessions.add(session);
    co_await system.watch(group.ready, session.client, key);
  }
  co_await system.watch(group.ready, group.listener, SessionTable::listener_key);
}

Task serve(BlockingSystem& system, const ProgramSettings& settings, Group& group,
           std::uint32_t key) {
  Session& session = group.sessions.at(key);
  const bool well = co_await serve_request(system, settings, session);
  if (well) {
    co_await system.watch(group.ready, session.client, key);
    co_return;
  }
  co_await close_session(system, session);
  group.sessions.remove(key);
}

Task follow_and_lead(BlockingSystem& system, ProgramSettings settings,
                     std::shared_ptr<Group> group) {
  while (true) {
    const std::int32_t leads = co_await system.lock(group->leader);
    if (leads < 0) co_return;
    std::array<std::uint32_t, 1> key{};
    const std::int32_t found = co_await system.wait_ready(group->ready, key);
    co_await system.unlock(group->leader);  // promotes a follower to leader
    if (found < 0) co_return;
    if (key[0] == SessionTable::listener_key) {
      co_await accept_next(system, settings, *group);
    } else {
      co_await serve(system, settings, *group, key[0]);
    }
  }
}

}  // namespace

Task leader_followers(BlockingSystem& system, ProgramSettings settings) {
  const auto group = std::make_shared<Group>();
  group->listener = open_listener(system, settings);
  group->ready = Handle{system.open_ready_set("connections")};
  group->leader = system.make_lock("leader");
  co_await system.watch(group->ready, group->listener, SessionTable::listener_key);
  for (std::uint32_t i = 2; i <= settings.threads; ++i) {
    const char* name = system.keep("follower " + std::to_string(i));
    co_await system.spawn(follow_and_lead(system, settings, group), name);
  }
  co_await follow_and_lead(system, settings, group);
}

}  // namespace proactor_lab
