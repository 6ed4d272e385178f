// The programs to study: what they do on the simulated system, and that one seed gives one run.
#include <algorithm>
#include <set>

#include "lessons/run/runner.hpp"
#include "lessons/scenario/tape_file.hpp"
#include "tests/support/catch.hpp"
#include "traces/format/trace_writer.hpp"
#include "traces/rules/rules.hpp"

using namespace proactor_lab;

namespace {

const std::string scenarios = std::string(PROACTOR_LAB_SOURCE_DIR) + "/lessons/scenarios/";

RunResult run_file(const std::string& name, std::uint64_t seed = 0) {
  Scenario scenario = read_scenario_file(scenarios + name + ".json");
  if (seed != 0) scenario.seed = seed;
  return run_simulated(scenario);
}

std::int64_t total(const Trace& trace, EventKind kind) {
  std::int64_t bytes = 0;
  for (const Event& event : trace.events) bytes += event.kind == kind ? event.bytes : 0;
  return bytes;
}

std::int64_t end_ms(const Trace& trace) { return trace.events.back().time_ns / 1'000'000; }

std::size_t count(const Trace& trace, EventKind kind) {
  return static_cast<std::size_t>(std::count_if(trace.events.begin(), trace.events.end(),
                                                [kind](const Event& e) { return e.kind == kind; }));
}

}  // namespace

TEST_CASE("every program keeps the pattern's rules, whatever the seed") {
  const auto name =
      GENERATE(as<std::string>{}, "echo", "one_read", "timeout_race", "daytime", "multishot_echo",
               "datagram_ping", "http_file_server", "file_copy", "chat",
               "three_requests_one_thread", "three_requests_threads", "three_requests_proactor");
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    const RunResult result = run_file(name, seed);
    INFO(name << " seed " << seed);
    CHECK(result.end == RunEnd::finished);
    const auto violations = check_rules(result.trace);
    if (!violations.empty()) {
      FAIL("#" << violations[0].event << " " << violations[0].rule << ": "
               << violations[0].sentence);
    }
  }
}

TEST_CASE("the same scenario and seed give the same bytes; another seed another run") {
  CHECK(to_json(run_file("echo", 7).trace) == to_json(run_file("echo", 7).trace));
  CHECK(to_json(run_file("echo", 7).trace) != to_json(run_file("echo", 8).trace));
}

TEST_CASE("a tape replays a run byte for byte, whatever the seed") {
  Scenario scenario = read_scenario_file(scenarios + "echo.json");
  Tape tape;
  RunOptions record;
  record.recorded_tape = &tape;
  Trace first = run_simulated(scenario, record).trace;
  REQUIRE_FALSE(tape.answers.empty());
  scenario.seed = 99;
  RunOptions replay;
  replay.tape = &tape;
  Trace second = run_simulated(scenario, replay).trace;
  second.header.seed = first.header.seed;
  CHECK(to_json(first) == to_json(second));
}

TEST_CASE("the echo server sends every byte back") {
  const Trace trace = run_file("echo").trace;
  CHECK(total(trace, EventKind::client_sent) == 256);
  CHECK(total(trace, EventKind::client_received) == 256);
}

TEST_CASE("three requests take 315, 115 and 115 ms, on one, three and one threads") {
  CHECK(end_ms(run_file("three_requests_one_thread").trace) == 315);
  CHECK(end_ms(run_file("three_requests_threads").trace) == 115);
  CHECK(end_ms(run_file("three_requests_proactor").trace) == 115);
  CHECK(count(run_file("three_requests_one_thread").trace, EventKind::thread_started) == 1);
  CHECK(count(run_file("three_requests_threads").trace, EventKind::thread_started) == 3);
  CHECK(count(run_file("three_requests_proactor").trace, EventKind::thread_started) == 1);
}

TEST_CASE("one read: the system moves the bytes; as a reactor, the application does") {
  Scenario scenario = read_scenario_file(scenarios + "one_read.json");
  for (const Role role : {Role::processor, Role::application}) {
    scenario.program = role == Role::processor ? "one_read" : "one_read_reactor";
    const Trace trace = run_simulated(scenario).trace;
    std::set<Role> roles;
    for (const Event& event : trace.events) {
      if (event.kind == EventKind::bytes_moved) roles.insert(event.role);
    }
    CHECK(roles == std::set<Role>{role});
  }
}

TEST_CASE("the timeout race ends both ways, and the buffer always comes back") {
  std::set<bool> timed_out;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    Scenario scenario = read_scenario_file(scenarios + "timeout_race.json");
    scenario.seed = seed;
    const Trace trace = run_simulated(scenario).trace;
    CHECK(count(trace, EventKind::buffer_lent) == count(trace, EventKind::buffer_returned));
    CHECK(count(trace, EventKind::cancel_requested) >= 1);
    bool cancelled = false;
    for (const Event& event : trace.events) {
      if (event.kind != EventKind::completion_dequeued || event.value != -125) continue;
      for (const Event& other : trace.events) {
        if (other.kind == EventKind::operation_initiated && other.operation == event.operation &&
            trace.text(other.opcode) == "receive") {
          cancelled = true;
        }
      }
    }
    timed_out.insert(cancelled);
  }
  CHECK(timed_out == std::set<bool>{false, true});
}

TEST_CASE("a latency of 500 ms instead of 20 makes a slower run") {
  Scenario scenario = read_scenario_file(scenarios + "echo.json");
  scenario.links[0].latency = {std::chrono::milliseconds(20), std::chrono::milliseconds(20)};
  const auto quick = end_ms(run_simulated(scenario).trace);
  scenario.links[0].latency = {std::chrono::milliseconds(500), std::chrono::milliseconds(500)};
  const auto slow = end_ms(run_simulated(scenario).trace);
  CHECK(slow > 10 * quick);
}

TEST_CASE("a run past its limits ends, its trace kept") {
  Scenario scenario = read_scenario_file(scenarios + "echo.json");
  scenario.run_limit = std::chrono::milliseconds(50);
  RunResult result = run_simulated(scenario);
  CHECK(result.end == RunEnd::limit);
  CHECK(result.trace.events.back().time_ns <= 50'000'000);
  CHECK(result.trace.events.size() > 20);
  scenario = read_scenario_file(scenarios + "echo.json");
  scenario.event_limit = 30;
  result = run_simulated(scenario);
  CHECK(result.end == RunEnd::limit);
  CHECK(count(result.trace, EventKind::events_lost) == 1);
  CHECK(result.trace.events.size() == 32);
}

TEST_CASE("a world that never ends is stopped by the limit of events, its memory bounded") {
  Scenario scenario = read_scenario_file(scenarios + "echo.json");
  scenario.clients[0].requests = 10'000'000;
  scenario.run_limit = std::chrono::hours(1000);
  scenario.event_limit = 5'000;
  const RunResult result = run_simulated(scenario);
  CHECK(result.end == RunEnd::limit);
  CHECK(result.trace.events.size() == 5'002);
}
