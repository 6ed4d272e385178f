// Where io_uring is forbidden, as in many containers: the message says so and names what still
// works, and no other system takes its place unasked.
#include <cerrno>
#include <cstddef>

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "tests/catch.hpp"
#include "tests/command.hpp"
#include "traces/rules.hpp"
#include "traces/trace_reader.hpp"

using namespace proactor_lab;
using proactor_lab::testing::Command;
using proactor_lab::testing::TemporaryFolder;

namespace {

const std::string plab = PROACTOR_LAB_PLAB;
const std::string scenario =
    std::string(PROACTOR_LAB_SOURCE_DIR) + "/lessons/scenarios/echo_live.json";

/// From here on io_uring_setup(2) answers `Error`, in this process and all that it becomes.
template <int Error>
bool deny_io_uring() {
  sock_filter filter[] = {
      // The call's number; other architectures' numbers are none of our business here.
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_io_uring_setup, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | Error),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog program{sizeof(filter) / sizeof(filter[0]), filter};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

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
