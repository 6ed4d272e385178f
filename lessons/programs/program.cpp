#include "lessons/programs/program.hpp"

#include <array>

#include "lessons/programs/bounded_pool.hpp"
#include "lessons/programs/chat.hpp"
#include "lessons/programs/datagram_ping.hpp"
#include "lessons/programs/daytime.hpp"
#include "lessons/programs/echo_server.hpp"
#include "lessons/programs/file_copy.hpp"
#include "lessons/programs/http_file_server.hpp"
#include "lessons/programs/models/models.hpp"
#include "lessons/programs/multishot_echo.hpp"
#include "lessons/programs/one_read.hpp"
#include "lessons/programs/three_requests.hpp"
#include "lessons/programs/timeout_race.hpp"
#include "lessons/programs/two_locks.hpp"

namespace proactor_lab {

std::span<const ProgramEntry> programs() {
  static constexpr std::array<ProgramEntry, 24> entries{{
      {"one_read", "accept one client, receive once, close", "lessons/programs/one_read.cpp",
       make_one_read, nullptr},
      {"one_read_reactor", "the same on readiness: wait, then read oneself",
       "lessons/programs/one_read.cpp", nullptr, one_read_reactor},
      {"echo_server", "send back what comes in, any number of clients",
       "lessons/programs/echo_server.cpp", make_echo_server, nullptr, true, true},
      {"bounded_pool", "tasks share a pool of workers: acquired, rejected, or tried again",
       "lessons/programs/bounded_pool.cpp", make_bounded_pool, nullptr, false, true},
      {"multishot_echo", "echo, with one accept for all connections and one receive for all bytes",
       "lessons/programs/multishot_echo.cpp", make_multishot_echo, nullptr},
      {"datagram_ping", "ask and answer in datagrams, between two sockets of one program",
       "lessons/programs/datagram_ping.cpp", make_datagram_ping, nullptr, false},
      {"daytime", "tell the time to whoever connects, and hang up", "lessons/programs/daytime.cpp",
       make_daytime, nullptr},
      {"http_file_server", "serve the files beneath a root by HTTP, and refuse all else",
       "lessons/programs/http_file_server.cpp", make_http_file_server, nullptr, true, false, true},
      {"file_copy", "copy a file, with reads and writes in flight at the same time",
       "lessons/programs/file_copy.cpp", make_file_copy, nullptr, false, false, true},
      {"chat", "send every client's lines to all the others", "lessons/programs/chat.cpp",
       make_chat, nullptr},
      {"timeout_race", "a receive against a timer: the first cancels the other",
       "lessons/programs/timeout_race.cpp", make_timeout_race, nullptr},
      {"three_requests_one_thread", "three slow requests, one after the other",
       "lessons/programs/three_requests.cpp", nullptr, three_requests_one_thread},
      {"three_requests_threads", "three slow requests, a thread each",
       "lessons/programs/three_requests.cpp", nullptr, three_requests_threads},
      {"three_requests_proactor", "three slow requests, one thread that never blocks on them",
       "lessons/programs/three_requests.cpp", make_three_requests_proactor, nullptr},
      {"iterative", "a server model: one client at a time", "lessons/programs/models/iterative.cpp",
       nullptr, iterative},
      {"thread_per_connection", "a server model: a thread for each client",
       "lessons/programs/models/thread_per_connection.cpp", nullptr, thread_per_connection},
      {"thread_pool", "a server model: a queue of clients, and threads that take them",
       "lessons/programs/models/thread_pool.cpp", nullptr, thread_pool, true, true, false, true},
      {"leader_followers", "a server model: threads take turns at waiting for all clients",
       "lessons/programs/models/leader_followers.cpp", nullptr, leader_followers, true, true, false,
       true},
      {"active_object", "a server model: requests are queued for an object with its own threads",
       "lessons/programs/models/active_object.cpp", nullptr, active_object, true, true, false,
       true},
      {"reactor", "a server model: one thread reads and writes whatever is ready",
       "lessons/programs/models/reactor.cpp", nullptr, reactor},
      {"proactor", "a server model: one thread goes on with whatever is complete",
       "lessons/programs/models/proactor.cpp", make_proactor_model, nullptr},
      {"proactor_workers", "a server model: a proactor whose workers do the work",
       "lessons/programs/models/proactor.cpp", make_proactor_model, nullptr, true, false, false,
       true},
      {"opposite_locks", "two threads take two locks in opposite order: a deadlock",
       "lessons/programs/two_locks.cpp", nullptr, opposite_locks, false},
      {"polite_locks", "two threads give way to each other for ever: a livelock",
       "lessons/programs/two_locks.cpp", nullptr, polite_locks, false},
  }};
  return entries;
}

const ProgramEntry* find_program(std::string_view name) {
  for (const ProgramEntry& entry : programs()) {
    if (entry.name == name) return &entry;
  }
  return nullptr;
}

}  // namespace proactor_lab
