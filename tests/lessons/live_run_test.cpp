// The live kernel, end to end: real clients, signals, occupied ports. Other events are in
// live_resilience_test.cpp.
#include "tests/support/live_server_process.hpp"

using namespace proactor_lab;
using namespace proactor_lab::testing;

namespace {

const std::string plab = PROACTOR_LAB_PLAB;
const std::string source = PROACTOR_LAB_SOURCE_DIR;

std::vector<std::string> serve(const std::string& trace, const std::string& system = "io_uring") {
  return {plab, "run", "echo_server", "--on", system, "--port", "0", "--out", trace};
}

}  // namespace

TEST_CASE("the echo server serves real clients, and Ctrl-C leaves its trace whole") {
  const std::string system = GENERATE("io_uring", "epoll");
  INFO(system);
  const TemporaryFolder folder;
  const std::string path = folder.file("live.json");
  Command server(folder, serve(path, system));
  const int port = start(server);
  {
    Client one(port);
    Client two(port);
    CHECK(one.exchange("hello") == "hello");
    CHECK(two.exchange(std::string(20'000, 'z')) == std::string(20'000, 'z'));
    CHECK(one.exchange("again") == "again");
  }
  server.signal(SIGINT);
  CHECK(server.wait() == 0);
  CHECK(server.err().empty());
  const Trace trace = read_trace_file(path);
  CHECK_FALSE(trace.truncated);
  CHECK(trace.events.back().kind == EventKind::run_finished);
  CHECK(trace.text(trace.events.back().text) == "interrupted");
  check_kept(trace);
  CHECK(trace.header.system == system);
  // The two systems differ in which side moves the bytes, and in whether that is observed or
  // inferred.
  const bool epoll = system == "epoll";
  std::int64_t moved = 0;
  std::size_t readiness = 0;
  for (const Event& event : trace.events) {
    if (event.kind == EventKind::readiness_reported) ++readiness;
    if (event.kind != EventKind::bytes_moved) continue;
    moved += event.bytes;
    CHECK(event.role == (epoll ? Role::application : Role::processor));
    CHECK(event.thread == (epoll ? 1 : 0));
    CHECK((event.certainty == Certainty::observed) == epoll);
  }
  CHECK(moved == 2 * (5 + 20'000 + 5));
  CHECK((readiness > 0) == epoll);
}

TEST_CASE("a scenario's clients run live, and the run ends with them") {
  const std::string system = GENERATE("io_uring", "epoll");
  INFO(system);
  const TemporaryFolder folder;
  const std::string path = folder.file("live.json");
  for (const char* name : {"echo_live", "one_read", "timeout_race", "daytime", "http_file_server",
                           "file_copy", "chat", "multishot_echo", "datagram_ping"}) {
    INFO(name);
    Command command(folder, {plab, "run", source + "/lessons/scenarios/" + name + ".json", "--on",
                             system, "--out", path});
    CHECK(command.wait() == 0);
    CHECK(command.err().empty());
    check_kept(read_trace_file(path));
  }
}

TEST_CASE("an occupied port exits 2, names the port, and leaves no file") {
  const TemporaryFolder folder;
  const TemporaryFolder other;
  Command server(other, serve(other.file("t.json")));
  const int port = start(server);
  const std::string path = folder.file("live.json");
  Command second(folder, {plab, "run", "echo_server", "--on", "io_uring", "--port",
                          std::to_string(port), "--out", path});
  CHECK(second.wait() == 2);
  CHECK(second.err().find("port " + std::to_string(port)) != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("past its event limit a live server goes on serving, and says what it lost") {
  const TemporaryFolder folder;
  const std::string scenario = folder.file("s.json");
  std::ofstream(scenario) << R"({"format":1,"program":"echo_server","limits":{"events":100}})";
  const std::string path = folder.file("live.json");
  Command server(folder, {plab, "run", scenario, "--on", "io_uring", "--port", "0", "--out", path});
  const int port = start(server);
  Client client(port);
  for (int i = 0; i < 50; ++i) CHECK(client.exchange("hello") == "hello");
  server.signal(SIGTERM);
  CHECK(server.wait() == 4);
  const Trace trace = read_trace_file(path);
  REQUIRE(trace.events.size() == 102);
  CHECK(trace.events[100].kind == EventKind::events_lost);
  CHECK(trace.events[100].value > 500);
}
