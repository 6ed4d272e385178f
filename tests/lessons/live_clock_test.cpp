// A step of the wall clock (by NTP, a user, a suspended laptop) does not affect a live run: all its
// times come from CLOCK_MONOTONIC or the processor's counter.
//
// No test steps the machine's clock, because other tests and programs run at the same time, and a
// time namespace does not have a separate CLOCK_REALTIME. Instead, one test proves from the sources
// that no clock that can be stepped is read. Another runs servers in a time namespace in which
// CLOCK_MONOTONIC is far from the machine's, as in a container that was migrated.
#include <algorithm>
#include <array>

#include <fcntl.h>
#include <sched.h>

#include "tests/support/live_systems.hpp"

using namespace proactor_lab;
using namespace proactor_lab::testing;
using namespace std::chrono_literals;

namespace {

namespace fs = std::filesystem;

/// Names of clocks that can be stepped, and of calls that read them or wait by them.
constexpr std::array steppable = {
    "CLOCK_REALTIME", "CLOCK_TAI",      "system_clock",    "high_resolution_clock",
    "utc_clock",      "tai_clock",      "file_clock",      "gettimeofday",
    "timespec_get",   "localtime",      "gmtime",          "IORING_TIMEOUT_REALTIME",
    "ctime",          "std::time(",     " time(nullptr",   " time(NULL",
    "sem_timedwait",  "cond_timedwait", "mutex_timedlock", "mq_timed",
};

std::string steppable_clock_in(const std::string& text) {
  for (const char* name : steppable) {
    if (text.find(name) != std::string::npos) return name;
  }
  return {};
}

/// Called before exec: moves CLOCK_MONOTONIC and CLOCK_BOOTTIME by `Seconds`. False if that is not
/// permitted.
template <int Seconds>
bool enter_time_namespace() {
  if (unshare(CLONE_NEWTIME) < 0) return false;
  std::array<char, 64> offsets{};
  const int length = std::snprintf(offsets.data(), offsets.size(),
                                   "monotonic %d 0\nboottime %d 0\n", Seconds, Seconds);
  const int file = open("/proc/self/timens_offsets", O_WRONLY | O_CLOEXEC);
  if (file < 0 || write(file, offsets.data(), static_cast<std::size_t>(length)) != length) {
    return false;
  }
  const int entered = open("/proc/self/ns/time_for_children", O_RDONLY | O_CLOEXEC);
  return entered >= 0 && setns(entered, CLONE_NEWTIME) == 0;
}

using Enter = bool (*)();
/// Later, and earlier: deadlines that are compared with the wrong clock expire at once, or never.
constexpr std::array<Enter, 2> moved = {enter_time_namespace<1'000'000>, enter_time_namespace<-60>};

bool may_move_clocks() {
  const TemporaryFolder folder;
  Command probe(folder, {"/bin/true"}, moved[1]);
  const bool permitted = probe.wait() == 0;
  if (!permitted) WARN("not tested: no time namespace may be created here");
  return permitted;
}

}  // namespace

TEST_CASE("no clock that can be stepped is read, neither live nor simulated") {
  CHECK(steppable_clock_in("auto now = std::chrono::system_clock::now();") == "system_clock");
  CHECK(steppable_clock_in("auto now = std::chrono::steady_clock::now();").empty());
  for (const char* folder : {"core", "sim", "traces", "lessons"}) {
    for (const auto& entry :
         fs::recursive_directory_iterator(fs::path(PROACTOR_LAB_SOURCE_DIR) / folder)) {
      const auto extension = entry.path().extension();
      if (extension != ".cpp" && extension != ".hpp") continue;
      INFO(entry.path().string());
      CHECK(steppable_clock_in(read_file(entry.path())).empty());
    }
  }
}

TEST_CASE("where the monotonic clock is another than the machine's, a server serves as ever") {
  if (!may_move_clocks()) return;
  const LiveSystem& system = live_systems()[GENERATE(0u, 1u, 2u)];
  INFO(system.name);
  for (const Enter enter : moved) {
    const TemporaryFolder folder;
    Command server(folder, system.serve(folder), enter);
    {
      Client client(start(server));
      CHECK(client.exchange("hello") == system.answer_to("hello"));
    }
    server.signal(SIGINT);
    CHECK(server.wait() == 0);
    const Trace trace = read_trace_file(system.trace_in(folder));
    check_kept(trace);
    CHECK(trace.events.front().time_ns >= 0);
    CHECK(trace.events.back().time_ns < 60'000'000'000);
    check_by_command(folder, system);
  }
}

TEST_CASE("where the monotonic clock is another than the machine's, a timer expires in time") {
  if (!may_move_clocks()) return;
  const std::string system = GENERATE("io_uring", "epoll");
  INFO(system);
  for (const Enter enter : moved) {
    INFO((enter == moved[0] ? "later" : "earlier"));
    const TemporaryFolder folder;
    const std::string scenario = folder.file("scenario.json");
    std::ofstream(scenario) << R"({"format":1,"program":"timeout_race","timeout_ms":200})";
    Command server(
        folder, {PROACTOR_LAB_PLAB, "run", scenario, "--on", system, "--port", "0", "--for", "5"},
        enter);
    const int port = start(server);
    const auto before = std::chrono::steady_clock::now();
    Client silent(port);
    CHECK(server.wait() == 0);
    const auto took = std::chrono::steady_clock::now() - before;
    CHECK(took >= 190ms);
    CHECK(took < 3s);
  }
}
