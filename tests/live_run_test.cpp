// The live kernel, end to end: real clients, signals, kill -9, occupied ports.
#include <set>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "tests/catch.hpp"
#include "tests/command.hpp"
#include "traces/rules.hpp"
#include "traces/trace_reader.hpp"

using namespace proactor_lab;
using proactor_lab::testing::Command;
using proactor_lab::testing::TemporaryFolder;

namespace {

const std::string plab = PROACTOR_LAB_PLAB;
const std::string source = PROACTOR_LAB_SOURCE_DIR;

/// A client of our own, over loopback.
class Client {
 public:
  explicit Client(int port) : descriptor_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const timeval patience{10, 0};
    setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = connect(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
  }
  ~Client() { close(descriptor_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  std::string exchange(const std::string& text) {
    if (!connected_ || send(descriptor_, text.data(), text.size(), MSG_NOSIGNAL) < 0) return "";
    std::string answer(text.size(), '\0');
    const auto got = recv(descriptor_, answer.data(), answer.size(), MSG_WAITALL);
    answer.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return answer;
  }

 private:
  int descriptor_;
  bool connected_ = false;
};

/// Starts the echo server on a free port and learns which.
int start(Command& server) {
  REQUIRE(server.prints("listening on 127.0.0.1:"));
  const std::string out = server.out();
  return std::stoi(out.substr(out.find("127.0.0.1:") + 10));
}

std::vector<std::string> serve(const std::string& trace, const std::string& system = "io_uring") {
  return {plab, "run", "echo_server", "--on", system, "--port", "0", "--out", trace};
}

void check_kept(const Trace& trace) {
  // On a busy machine a handler may lose its core for long.
  for (const Violation& violation : check_rules(trace, {.handler_ns = 60'000'000'000})) {
    FAIL_CHECK("#" << violation.event << " " << violation.rule << ": " << violation.sentence);
  }
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
  // Who moves the bytes is the difference between the two, and seen or inferred is another.
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

TEST_CASE("kill -9 costs no more of the trace than its last 100 ms") {
  const TemporaryFolder folder;
  const std::string path = folder.file("live.json");
  Command server(folder, serve(path));
  const int port = start(server);
  Client client(port);
  CHECK(client.exchange("before") == "before");
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  server.signal(SIGKILL);
  CHECK(server.wait() == 128 + SIGKILL);
  const Trace trace = read_trace_file(path);
  CHECK(trace.truncated);
  check_kept(trace);
  // The echo is in it, and so is the loop's return to waiting.
  std::set<std::int64_t> moved;
  for (const Event& event : trace.events) {
    if (event.kind == EventKind::bytes_moved) moved.insert(event.bytes);
  }
  CHECK(moved == std::set<std::int64_t>{6});
  CHECK(trace.events.back().kind != EventKind::run_finished);
}

TEST_CASE("a scenario's clients run live, and the run ends with them") {
  const std::string system = GENERATE("io_uring", "epoll");
  INFO(system);
  const TemporaryFolder folder;
  const std::string path = folder.file("live.json");
  for (const char* name : {"echo_live", "one_read", "timeout_race", "daytime", "http_file_server",
                           "file_copy", "chat"}) {
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
