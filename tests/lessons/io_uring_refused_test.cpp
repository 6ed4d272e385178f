// If io_uring is forbidden, as in many containers, the message says so and names what still works.
// No other system is used instead without being asked for.
#include <cerrno>

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
const std::string scenario =
    std::string(PROACTOR_LAB_SOURCE_DIR) + "/lessons/scenarios/echo_live.json";

template <int Error>
constexpr auto deny_io_uring = proactor_lab::testing::deny_call<__NR_io_uring_setup, Error>;

}  // namespace

TEST_CASE("where io_uring is refused, the message says so and names the other systems") {
  struct Refusal {
    bool (*deny)();
    const char* name;
  };
  for (const Refusal& refusal :
       {Refusal{deny_io_uring<EPERM>, "EPERM"}, Refusal{deny_io_uring<ENOSYS>, "ENOSYS"}}) {
    INFO(refusal.name);
    const TemporaryFolder folder;
    const std::string path = folder.file("live.json");
    Command command(folder, {plab, "run", scenario, "--on", "io_uring", "--out", path},
                    refusal.deny);
    CHECK(command.wait() == 2);
    CHECK(command.out().empty());
    const std::string message = command.err();
    INFO(message);
    CHECK(message.find("io_uring: the kernel refuses it") != std::string::npos);
    CHECK(message.find(refusal.name) != std::string::npos);
    CHECK(message.find("--on epoll") != std::string::npos);
    CHECK(message.find("--on sim") != std::string::npos);
    CHECK_FALSE(std::filesystem::exists(path));
  }
}

TEST_CASE("where io_uring is refused, the same program runs on epoll") {
  const TemporaryFolder folder;
  const std::string path = folder.file("live.json");
  Command command(folder, {plab, "run", scenario, "--on", "epoll", "--out", path},
                  deny_io_uring<EPERM>);
  CHECK(command.wait() == 0);
  CHECK(command.err().empty());
  const Trace trace = read_trace_file(path);
  CHECK(trace.header.system == "epoll");
  for (const Violation& violation : check_rules(trace)) {
    FAIL_CHECK("#" << violation.event << " " << violation.rule << ": " << violation.sentence);
  }
}
