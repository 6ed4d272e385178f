// plab capture: the kernel's own view of a program, and that nothing of it remains afterwards. If
// this machine does not permit tracing, the tests that need it report why and do nothing.
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"
#include "tests/support/command.hpp"
#include "tests/support/denied_call.hpp"
#include "traces/rules/rules.hpp"
#include "traces/trace_reader.hpp"

using namespace proactor_lab;
using proactor_lab::testing::Command;
using proactor_lab::testing::TemporaryFolder;

namespace {

const std::string plab = PROACTOR_LAB_PLAB;
const std::string echo = std::string(PROACTOR_LAB_SOURCE_DIR) + "/lessons/scenarios/echo.json";

/// True if the capture's tracing instance exists, wherever the tracing file system is mounted.
bool has_instance(pid_t capture) {
  std::ifstream mounts("/proc/self/mounts");
  for (std::string what, where, kind, rest; mounts >> what >> where >> kind;) {
    std::getline(mounts, rest);
    const std::string instance = where + "/instances/plab-" + std::to_string(capture);
    if (kind == "tracefs" && std::filesystem::exists(instance)) return true;
  }
  return false;
}

bool can_trace() {
  const TemporaryFolder folder;
  Command command(folder, {plab, "capture", "--out", folder.file("t.json"), "--", "/bin/true"});
  command.wait();
  if (command.err().find("asked nothing of io_uring") != std::string::npos) return true;
  WARN("not tested here: " << command.err());
  return false;
}

}  // namespace

TEST_CASE("a captured program's operations are in the trace as the kernel saw them") {
  if (!can_trace()) return;
  const TemporaryFolder folder;
  const std::string path = folder.file("kernel.json");
  Command command(folder, {plab, "capture", "--out", path, "--", plab, "run", echo, "--on",
                           "io_uring", "--out", folder.file("own.json")});
  REQUIRE(command.wait() == 0);
  CHECK(command.err().empty());
  INFO(command.out());
  CHECK(command.out().find("exited with 0") != std::string::npos);
  const Trace kernel = read_trace_file(path);
  const Trace own = read_trace_file(folder.file("own.json"));
  CHECK(kernel.header.system == "io_uring tracepoints");
  CHECK(check_rules(kernel).empty());
  const auto count = [](const Trace& trace, EventKind kind, std::string_view opcode) {
    int found = 0;
    for (const Event& event : trace.events) {
      if (event.kind == kind && trace.text(event.opcode) == opcode) ++found;
    }
    return found;
  };
  for (const char* verb : {"accept", "receive", "send"}) {
    INFO(verb);
    CHECK(count(own, EventKind::operation_initiated, verb) > 0);
    CHECK(count(kernel, EventKind::operation_initiated, verb) ==
          count(own, EventKind::operation_initiated, verb));
  }
  int armed = 0;
  for (const Event& event : kernel.events) armed += event.kind == EventKind::poll_armed ? 1 : 0;
  CHECK(armed > 0);
}

TEST_CASE("the captured program's own exit code is told, and is not plab's") {
  if (!can_trace()) return;
  const TemporaryFolder folder;
  Command command(folder, {plab, "capture", "--out", folder.file("t.json"), "--", "/bin/sh", "-c",
                           plab + " run " + echo + " --on io_uring >/dev/null; exit 7"});
  CHECK(command.wait() == 0);
  CHECK(command.out().find("/bin/sh exited with 7") != std::string::npos);
}

TEST_CASE("captures at the same time leave each other alone") {
  if (!can_trace()) return;
  const TemporaryFolder short_one;
  const TemporaryFolder long_one;
  const auto words = [](const TemporaryFolder& folder, const char* seconds) {
    return std::vector<std::string>{
        plab,    "capture",
        "--out", folder.file("t.json"),
        "--",    "/bin/sh",
        "-c",    plab + " run " + echo + " --on io_uring >/dev/null; sleep " + seconds};
  };
  Command first(short_one, words(short_one, "0.1"));
  Command second(long_one, words(long_one, "0.5"));
  CHECK(first.wait() == 0);
  CHECK(second.wait() == 0);
  CHECK(read_trace_file(long_one.file("t.json")).events.size() > 20);
}

TEST_CASE("a capture that is killed leaves nothing in the tracing file system") {
  if (!can_trace()) return;
  const TemporaryFolder folder;
  pid_t capture = 0;
  {
    Command command(folder, {plab, "capture", "--out", folder.file("t.json"), "--", "/bin/sh", "-c",
                             "echo runs; exec sleep 2"});
    REQUIRE(command.prints("runs"));
    capture = command.pid();
    CHECK(has_instance(capture));
    command.signal(SIGKILL);
    command.wait();
  }
  for (int i = 0; i < 500 && has_instance(capture); ++i) usleep(10'000);
  CHECK_FALSE(has_instance(capture));
}

TEST_CASE("a run with the kernel's view observes what the run alone can only infer") {
  if (!can_trace()) return;
  const TemporaryFolder folder;
  const std::string path = folder.file("both.json");
  const std::string scenario = folder.file("late.json");
  std::ofstream(scenario) << R"({"format": 1, "program": "echo_server", "clients": [
    {"name": "A", "connect_at_ms": 0, "send": [{"at_ms": 300, "text": "late"}]}]})";
  Command command(folder,
                  {plab, "run", scenario, "--on", "io_uring", "--with-kernel", "--out", path});
  REQUIRE(command.wait() == 0);
  INFO(command.out());
  CHECK(command.err().empty());
  const Trace trace = read_trace_file(path);
  CHECK(trace.header.system == "io_uring");
  CHECK(check_rules(trace).empty());
  int armed = 0;
  for (const Event& event : trace.events) {
    const bool told =
        event.kind == EventKind::operation_completed || event.kind == EventKind::completion_queued;
    if (told) CHECK(event.certainty == Certainty::observed);
    armed += event.kind == EventKind::poll_armed ? 1 : 0;
  }
  CHECK(armed > 0);  // the receive waits for the client
  Command nowhere(folder, {plab, "run", echo, "--on", "sim", "--with-kernel", "--out", path});
  CHECK(nowhere.wait() == 2);
  CHECK(nowhere.err().find("needs io_uring") != std::string::npos);
}

TEST_CASE("who may not trace is told what is missing, and of perf") {
  struct Refusal {
    bool (*deny)();
    const char* says;
  };
  for (const Refusal& refusal :
       {Refusal{proactor_lab::testing::deny_call<__NR_geteuid, EPERM>, "needs root"},
        Refusal{proactor_lab::testing::deny_call<__NR_mkdir, EACCES>, "cannot be made"}}) {
    if (std::string(refusal.says) != "needs root" && !can_trace()) continue;
    const TemporaryFolder folder;
    Command command(folder, {plab, "capture", "--out", folder.file("t.json"), "--", "/bin/true"},
                    refusal.deny);
    CHECK(command.wait() == 2);
    INFO(command.err());
    CHECK(command.err().find(refusal.says) != std::string::npos);
    CHECK(command.err().find("perf record -e 'io_uring:*'") != std::string::npos);
    CHECK(folder.file_count() == 2);  // its standard output and error: no trace
  }
}

TEST_CASE("a capture of nothing, or of what cannot be run, is refused") {
  const TemporaryFolder folder;
  Command neither(folder, {plab, "capture", "--out", folder.file("t.json")});
  CHECK(neither.wait() == 2);
  CHECK(neither.err().find("either a command or --pid") != std::string::npos);
  if (!can_trace()) return;
  Command missing(folder, {plab, "capture", "--out", folder.file("t.json"), "--", "/no/such"});
  CHECK(missing.wait() == 2);
  CHECK(missing.err().find("/no/such: cannot be run") != std::string::npos);
  Command gone(folder, {plab, "capture", "--out", folder.file("t.json"), "--pid", "4194304"});
  CHECK(gone.wait() == 2);
  CHECK(gone.err().find("is not there") != std::string::npos);
}
