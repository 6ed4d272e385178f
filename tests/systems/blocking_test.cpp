// Threads that block: locks, conditions, readiness, limits, and how a standstill is reported.
#include <array>
#include <string>
#include <vector>

#include "core/blocking/live_threads.hpp"
#include "lessons/run/runner.hpp"
#include "sim/threads/simulated_threads.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/scenario_complaint.hpp"
#include "traces/model/standstill.hpp"

using namespace proactor_lab;

namespace {

const std::string scenarios = std::string(PROACTOR_LAB_SOURCE_DIR) + "/lessons/scenarios/";

struct Machine {
  explicit Machine(const SimulatedThreadsConfig& config = {})
      : schedule(choices), network({}, schedule), threads(config, schedule, network, nullptr) {}

  SeededChoices choices{1};
  Schedule schedule;
  Network network;
  SimulatedThreads threads;
};

using Story = std::vector<std::string>;
using Results = std::vector<std::int32_t>;

/// The results of `body` on simulated threads and on real ones. `body` gets the address of the
/// first listener that asks for any port.
template <class Body>
std::array<Results, 2> on_both(const Body& body) {
  std::array<Results, 2> heard;
  Endpoint server{loopback_address, 40'000};
  Machine machine;
  machine.threads.start(body(machine.threads, server, heard[0]), "main");
  machine.threads.run();
  LiveThreads live(nullptr);
  live.on_listening([&server](Endpoint endpoint) { server = endpoint; });
  live.run(body(live, server, heard[1]), "main");
  return heard;
}

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

/// The peer closes with unread bytes, after the bytes that it sent have arrived.
Task hear_of_reset(BlockingSystem& system, const Endpoint& server, bool writes_first,
                   Results& heard) {
  const Handle listener{system.listen({loopback_address, 0}, "listener")};
  const Handle near{system.open_stream_socket("near")};
  co_await system.connect(near, server);
  const Handle far{co_await system.accept(listener)};
  co_await system.write(near, bytes_of("data"));
  co_await system.write(far, bytes_of("unread"));
  for (const Handle each : {near, far}) {
    const std::array<Handle, 1> one{each};
    co_await system.poll(one);
  }
  co_await system.close(near);
  co_await system.sleep(std::chrono::milliseconds{2});
  std::array<std::byte, 3> buffer{};
  for (int i = 0; i < 2 && writes_first; ++i) {
    heard.push_back(co_await system.write(far, bytes_of("x")));
  }
  for (int i = 0; i < 4; ++i) heard.push_back(co_await system.read(far, buffer));
  heard.push_back(co_await system.write(far, bytes_of("x")));
  co_await system.close(far);
  co_await system.close(listener);
}

Task transfer_unconnected(BlockingSystem& system, Results& heard) {
  const Handle stream{system.open_stream_socket("stream")};
  std::array<std::byte, 3> buffer{};
  heard.push_back(co_await system.read(stream, buffer));
  heard.push_back(co_await system.write(stream, bytes_of("x")));
  co_await system.close(stream);
}

Task poll_what_is_not_open(BlockingSystem& system, Results& heard) {
  const Handle listener{system.listen({loopback_address, 0}, "listener")};
  const Handle closed{system.open_stream_socket("closed")};
  co_await system.close(closed);
  const std::array<Handle, 2> handles{listener, closed};
  const std::array<Handle, 1> nothing{Handle::none};
  heard.push_back(co_await system.poll(handles));
  heard.push_back(co_await system.poll(nothing));
  co_await system.close(listener);
}

Task await_readable(BlockingSystem& system, Handle handle, Results& heard) {
  const std::array<Handle, 1> one{handle};
  heard.push_back(co_await system.poll(one));
}

Task close_while_polled(BlockingSystem& system, Results& heard) {
  const Handle listener{system.listen({loopback_address, 7000}, "listener")};
  co_await system.spawn(await_readable(system, listener, heard), "poller");
  co_await system.sleep(Duration{1000});
  heard.push_back(co_await system.close(listener));
}

Task accept_without_descriptors(BlockingSystem& system, Results& heard) {
  const Handle listener{system.listen({loopback_address, 7000}, "listener")};
  heard.push_back(co_await system.accept(listener));
}

Task listen_twice_on_any_port(BlockingSystem& system, Results& heard) {
  for (const char* label : {"one", "two"}) {
    heard.push_back(std::min(0, system.listen({loopback_address, 0}, label)));
  }
  for (const std::uint16_t port : {40'000, 40'001, 40'002}) {
    const Handle stream{system.open_stream_socket("stream")};
    heard.push_back(co_await system.connect(stream, {loopback_address, port}));
  }
}

Task hold(BlockingSystem& system, Lock lock, const char* name, Story& story) {
  co_await system.lock(lock);
  story.push_back(std::string(name) + " in");
  co_await system.sleep(Duration{1000});
  story.push_back(std::string(name) + " out");
  co_await system.unlock(lock);
}

Task three_hold(BlockingSystem& system, Story& story) {
  const Lock lock = system.make_lock("lock");
  for (const char* name : {"a", "b", "c"})
    co_await system.spawn(hold(system, lock, name, story), name);
}

Task consume(BlockingSystem& system, Lock lock, Condition filled, int& left, int& taken) {
  while (true) {
    co_await system.lock(lock);
    while (left == 0) co_await system.wait(filled, lock);
    --left;
    ++taken;
    co_await system.unlock(lock);
  }
}

Task produce(BlockingSystem& system, int& left, int& taken) {
  const Lock lock = system.make_lock("lock");
  const Condition filled = system.make_condition("filled");
  for (int i = 0; i < 3; ++i) {
    co_await system.spawn(consume(system, lock, filled, left, taken), "consumer");
  }
  for (int i = 0; i < 100; ++i) {
    co_await system.lock(lock);
    ++left;
    co_await system.unlock(lock);
    co_await system.notify_one(filled);
    if (i % 10 == 0) co_await system.sleep(Duration{100});
  }
}

TaskOf<int> number(int value) { co_return value; }

Task spin(BlockingSystem& system, bool computes, std::uint64_t& rounds) {
  while (true) {
    rounds += static_cast<std::uint64_t>(co_await number(1));
    if (computes) {
      co_await system.compute(Duration{0});
    } else {
      co_await system.sleep(Duration{0});
    }
  }
}

Task misuse(BlockingSystem& system, std::vector<std::int32_t>& results) {
  const Lock lock = system.make_lock("lock");
  const Condition condition = system.make_condition("condition");
  const Handle set{system.open_ready_set("set")};
  const Handle socket{system.open_stream_socket("socket")};
  std::array<std::uint32_t, 1> keys{};
  results.push_back(co_await system.unlock(lock));
  results.push_back(co_await system.wait(condition, lock));
  results.push_back(co_await system.watch(set, Handle{99}, 0));
  results.push_back(co_await system.watch(set, set, 0));
  results.push_back(co_await system.watch(socket, socket, 0));
  results.push_back(co_await system.wait_ready(socket, keys));
  results.push_back(co_await system.close(Handle{99}));
  co_await system.lock(lock);
  results.push_back(co_await system.try_lock(lock));
}

}  // namespace

TEST_CASE("a lock lets one in at a time, in the order of their coming") {
  Machine machine({.cores = 4});
  Story story;
  machine.threads.start(three_hold(machine.threads, story), "main");
  machine.threads.run();
  CHECK(story == Story{"a in", "a out", "b in", "b out", "c in", "c out"});
  CHECK(to_ns(machine.schedule.now()) == 3000);
}

TEST_CASE("what is put under a lock and notified is taken, every piece once") {
  for (const std::uint32_t cores : {1u, 2u, 4u}) {
    Machine machine({.cores = cores, .syscall_cost = Duration{7}, .switch_cost = Duration{11}});
    int left = 0;
    int taken = 0;
    machine.threads.start(produce(machine.threads, left, taken), "main");
    machine.threads.run();
    CHECK(taken == 100);
    CHECK(left == 0);
    CHECK(machine.threads.threads_left() == 3);  // they wait for more, which is no error
  }
}

TEST_CASE("a program that calls for ever in no time is ended by the limit, on a flat stack") {
  for (const bool computes : {true, false}) {
    Machine machine({.step_limit = 300'000});
    std::uint64_t rounds = 0;
    machine.threads.start(spin(machine.threads, computes, rounds), "main");
    machine.threads.run();
    CHECK(machine.threads.limit_reached());
    CHECK(rounds >= 299'999);
  }
}

TEST_CASE("calls that make no sense return the system's error") {
  Machine machine;
  std::vector<std::int32_t> results;
  machine.threads.start(misuse(machine.threads, results), "main");
  machine.threads.run();
  CHECK(results == std::vector<std::int32_t>{-EPERM, -EPERM, -EBADF, -EINVAL, -EINVAL, -EINVAL,
                                             -EBADF, -EBUSY});
}

TEST_CASE("threads hear of a reset once, and can still read what had arrived before it") {
  const bool writes_first = GENERATE(false, true);
  const auto heard = on_both([=](BlockingSystem& system, const Endpoint& server, Results& results) {
    return hear_of_reset(system, server, writes_first, results);
  });
  CHECK(heard[0] == heard[1]);
  if (writes_first) {
    CHECK(heard[0] == Results{-ECONNRESET, -EPIPE, 3, 1, 0, 0, -EPIPE});
  } else {
    CHECK(heard[0] == Results{3, 1, -ECONNRESET, 0, -EPIPE});
  }
}

TEST_CASE("threads that read or write what is not connected hear so") {
  const auto heard = on_both([](BlockingSystem& system, const Endpoint&, Results& results) {
    return transfer_unconnected(system, results);
  });
  CHECK(heard[0] == Results{-ENOTCONN, -EPIPE});
  CHECK(heard[1] == Results{-ENOTCONN, -EPIPE});
}

TEST_CASE("polling a handle that is not open is EBADF") {
  const auto heard = on_both([](BlockingSystem& system, const Endpoint&, Results& results) {
    return poll_what_is_not_open(system, results);
  });
  CHECK(heard[0] == Results{-EBADF, -EBADF});
  CHECK(heard[1] == Results{-EBADF, -EBADF});
}

TEST_CASE("a thread that polls a handle which another closes hears EBADF") {
  Machine machine;
  Results heard;
  machine.threads.start(close_while_polled(machine.threads, heard), "main");
  machine.threads.run();
  CHECK(heard == Results{0, -EBADF});
  CHECK(machine.threads.threads_left() == 0);
}

TEST_CASE("a thread that accepts without a descriptor left hears so, and waits for nobody") {
  Machine machine({.handle_limit = 3 + 1});
  Results heard;
  machine.threads.start(accept_without_descriptors(machine.threads, heard), "main");
  machine.threads.run();
  CHECK(heard == Results{-EMFILE});
}

TEST_CASE("simulated threads that listen on any port get one each") {
  Machine machine;
  Results heard;
  machine.threads.start(listen_twice_on_any_port(machine.threads, heard), "main");
  machine.threads.run();
  CHECK(heard == Results{0, 0, 0, 0, -ECONNREFUSED});
}

TEST_CASE("a deadlock is named, with who waits for whom") {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    Scenario scenario = read_scenario_file(scenarios + "opposite_locks.json");
    scenario.seed = seed;
    const RunResult result = run_simulated(scenario);
    CHECK(result.end == RunEnd::finished);
    CHECK(
        result.standstill ==
        "deadlock: first waits for lock B, held by second, which waits for lock A, held by first");
  }
}

TEST_CASE("a livelock is named at the run limit, with who did what last") {
  const RunResult result = run_simulated(read_scenario_file(scenarios + "polite_locks.json"));
  CHECK(result.end == RunEnd::limit);
  INFO(result.standstill);
  CHECK(result.standstill.starts_with("livelock: in the last "));
  CHECK(result.standstill.find("first did last: lock_") != std::string::npos);
  CHECK(result.standstill.find("second did last: lock_") != std::string::npos);
}

TEST_CASE(
    "threads that wait for clients that never come are no deadlock, and a busy run no livelock") {
  for (const char* program : {"iterative", "thread_pool", "leader_followers", "active_object"}) {
    const Scenario scenario =
        parse_scenario(R"({"format":1,"program":")" + std::string(program) + "\"}", "s.json");
    const RunResult result = run_simulated(scenario);
    CHECK(result.end == RunEnd::finished);
    CHECK(result.standstill.empty());
  }
  const Scenario busy = parse_scenario(
      R"({"format":1,"program":"thread_pool","latency_ms":1,"limits":{"run_ms":3000},
        "clients":[{"name":"c","count":5,"requests":1000000}],
        "back_ends":[{"answer_after_ms":1}]})",
      "s.json");
  const RunResult result = run_simulated(busy);
  CHECK(result.end == RunEnd::limit);
  CHECK(result.standstill.empty());
}

TEST_CASE("costs that are none are refused with their place") {
  for (const char* key : {"syscall_ms", "operation_ms", "switch_ms", "thread_start_ms",
                          "thread_bytes", "connection_bytes", "cores"}) {
    for (const char* value : {"-1", "1e30", "\"1\"", "null", "[]"}) {
      const std::string said = complaint("iterative", "\"" + std::string(key) + "\":" + value);
      INFO(key << ": " << value << " -> " << said);
      CHECK(said.find("s.json: /" + std::string(key)) != std::string::npos);
    }
  }
  CHECK(complaint("iterative", "\"cores\":0").find("/cores") != std::string::npos);
  CHECK(complaint("iterative", "\"thread_bytes\":1.5").find("/thread_bytes") != std::string::npos);
}
