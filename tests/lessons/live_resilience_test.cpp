// What may happen to a live server from outside, on each live system: it is killed, stopped and
// continued, short of memory, moved to another time. It continues to serve, or ends and says why.
// Its trace can be read in either case. Clocks are in live_clock_test.cpp.
#include <algorithm>
#include <atomic>
#include <deque>
#include <thread>

#include "tests/support/live_systems.hpp"
#include "tests/support/memory_group.hpp"

using namespace proactor_lab;
using namespace proactor_lab::testing;
using namespace std::chrono_literals;

namespace {

/// Clients that send one request after the other, until they are joined.
class BusyClients {
 public:
  BusyClients(const LiveSystem& system, int port, int count) {
    for (int i = 0; i < count; ++i) add(system, port);
  }
  ~BusyClients() { join(); }
  void add(const LiveSystem& system, int port) {
    threads_.emplace_back([this, &system, port, name = threads_.size()] {
      Client client(port);
      for (int i = 0; i == 0 || !leave_; ++i) {
        const std::string request = std::to_string(name) + " asks " + std::to_string(i);
        const bool answered = client.exchange(request) == system.answer_to(request);
        if (!answered) {
          ++unanswered_;
          return;
        }
        ++answered_;
        bytes_ += static_cast<std::int64_t>(request.size());
        std::this_thread::sleep_for(1ms);
      }
    });
  }
  bool have_answers(int count) const {
    for (int i = 0; i < 1000 && answered_ < count && unanswered_ == 0; ++i) {
      std::this_thread::sleep_for(10ms);
    }
    return answered_ >= count;
  }
  /// Each waits for its last answer.
  void join() {
    leave_ = true;
    for (std::thread& each : threads_) each.join();
    threads_.clear();
  }
  int answered() const { return answered_; }
  int unanswered() const { return unanswered_; }
  std::int64_t bytes() const { return bytes_; }

 private:
  std::vector<std::thread> threads_;
  std::atomic<bool> leave_{false};
  std::atomic<int> answered_{0};
  std::atomic<int> unanswered_{0};
  std::atomic<std::int64_t> bytes_{0};
};

std::int64_t bytes_moved(const Trace& trace) {
  std::int64_t bytes = 0;
  for (const Event& event : trace.events) {
    if (event.kind == EventKind::bytes_moved) bytes += event.bytes;
  }
  return bytes;
}

/// The longest time between two consecutive events; -1 if time moves backwards.
std::int64_t longest_gap_ns(const Trace& trace) {
  std::int64_t longest = 0;
  for (std::size_t i = 1; i < trace.events.size(); ++i) {
    const std::int64_t gap = trace.events[i].time_ns - trace.events[i - 1].time_ns;
    if (gap < 0) return -1;
    longest = std::max(longest, gap);
  }
  return longest;
}

/// True if `server` has ended. It can still be waited for.
bool has_ended(const Command& server) {
  siginfo_t info{};
  const int result =
      waitid(P_PID, static_cast<id_t>(server.pid()), &info, WEXITED | WNOHANG | WNOWAIT);
  return result == 0 && info.si_pid == server.pid();
}

bool ends_within(const Command& server, std::chrono::milliseconds limit) {
  for (auto left = limit; left > 0ms; left -= 5ms) {
    if (has_ended(server)) return true;
    std::this_thread::sleep_for(5ms);
  }
  return false;
}

struct Outcome {
  bool listened = false;
  int answered = 0;
  int code = 0;
  std::string message;

  bool is_killed() const { return code == 128 + SIGKILL; }
};

constexpr int clients_under_pressure = 24;

/// Serves clients that stay connected, in a group with this much memory, until it is interrupted.
Outcome serve_within(const LiveSystem& system, MemoryGroup& group, std::uint64_t bytes) {
  REQUIRE(group.limit(bytes));
  const TemporaryFolder folder;
  Outcome outcome;
  Command server(folder, system.serve(folder), MemoryGroup::enter);
  for (int i = 0; i < 2000 && !has_ended(server) && !outcome.listened; ++i) {
    outcome.listened = server.out().find("listening on") != std::string::npos;
    std::this_thread::sleep_for(5ms);
  }
  if (outcome.listened) {
    const int port = start(server);
    std::deque<Client> clients;
    for (int i = 0; i < clients_under_pressure && !has_ended(server); ++i) {
      const std::string request = "request " + std::to_string(i);
      outcome.answered += clients.emplace_back(port).exchange(request) == system.answer_to(request);
    }
    server.signal(SIGINT);
  }
  REQUIRE(ends_within(server, 10s));
  outcome.code = server.wait();
  outcome.message = server.err();
  if (outcome.listened) CHECK_FALSE(read_trace_file(system.trace_in(folder)).events.empty());
  return outcome;
}

}  // namespace

TEST_CASE("kill -9 costs no more of the trace than its last 100 ms") {
  const LiveSystem& system = live_systems()[GENERATE(0u, 1u, 2u)];
  INFO(system.name);
  const TemporaryFolder folder;
  Command server(folder, system.serve(folder));
  Client client(start(server));
  CHECK(client.exchange("before") == system.answer_to("before"));
  std::this_thread::sleep_for(300ms);
  server.signal(SIGKILL);
  CHECK(server.wait() == 128 + SIGKILL);
  const Trace trace = read_trace_file(system.trace_in(folder));
  CHECK(trace.truncated);
  check_kept(trace);
  // The trace contains the exchange and the return to waiting.
  CHECK(bytes_moved(trace) == system.bytes_moved(6, 1));
  CHECK(trace.events.back().kind != EventKind::run_finished);
  check_by_command(folder, system);
}

TEST_CASE("a server that was stopped serves on when it continues, and loses no request") {
  const LiveSystem& system = live_systems()[GENERATE(0u, 1u, 2u)];
  INFO(system.name);
  const TemporaryFolder folder;
  Command server(folder, system.serve(folder));
  const int port = start(server);
  BusyClients clients(system, port, 4);
  REQUIRE(clients.have_answers(20));
  server.signal(SIGSTOP);
  int status = 0;
  REQUIRE(waitpid(server.pid(), &status, WUNTRACED) == server.pid());
  REQUIRE(WIFSTOPPED(status));
  const int before = clients.answered();
  clients.add(system, port);  // the kernel completes the connect
  std::this_thread::sleep_for(300ms);
  const int meanwhile = clients.answered();
  server.signal(SIGCONT);
  CHECK(clients.have_answers(meanwhile + 20));
  clients.join();
  CHECK(meanwhile <= before + 4);  // answers that were on their way
  CHECK(clients.unanswered() == 0);
  server.signal(SIGINT);
  CHECK(server.wait() == 0);
  CHECK(server.err().empty());
  const Trace trace = read_trace_file(system.trace_in(folder));
  CHECK_FALSE(trace.truncated);
  check_kept(trace);
  CHECK(bytes_moved(trace) == system.bytes_moved(clients.bytes(), clients.answered()));
  CHECK(longest_gap_ns(trace) >= 250'000'000);
  check_by_command(folder, system);
}

TEST_CASE("an interrupt of a stopped server ends it in good order once it continues") {
  const LiveSystem& system = live_systems()[GENERATE(0u, 1u, 2u)];
  INFO(system.name);
  const TemporaryFolder folder;
  Command server(folder, system.serve(folder));
  const int port = start(server);
  Client client(port);
  CHECK(client.exchange("before") == system.answer_to("before"));
  server.signal(SIGSTOP);
  server.signal(SIGINT);
  CHECK_FALSE(ends_within(server, 50ms));
  server.signal(SIGCONT);
  REQUIRE(ends_within(server, 10s));
  CHECK(server.wait() == 0);
  const Trace trace = read_trace_file(system.trace_in(folder));
  CHECK(trace.events.back().kind == EventKind::run_finished);
  check_kept(trace);
}

TEST_CASE("with too little memory a server serves, or ends, and its trace opens") {
  const LiveSystem& system = live_systems()[GENERATE(0u, 1u, 2u)];
  MemoryGroup group;
  if (!group.why_not().empty()) {
    WARN("not tested: " << group.why_not());
    return;
  }
  INFO(system.name);
  constexpr std::uint64_t plenty = std::uint64_t{1} << 40;
  CHECK(serve_within(system, group, plenty).code == 0);
  const std::uint64_t peak = group.peak();
  if (peak == 0) {
    WARN("not tested: this kernel does not say how much memory a cgroup used");
    return;
  }
  const Outcome tight = serve_within(system, group, peak + peak / 4);
  CHECK(tight.code == 0);
  CHECK(tight.answered == clients_under_pressure);
  for (const unsigned percent : {95u, 85u, 75u, 50u, 25u}) {
    const Outcome outcome = serve_within(system, group, peak / 100 * percent);
    INFO(percent << " % of " << peak << " bytes: exit code " << outcome.code << ", "
                 << outcome.answered << " answers, " << outcome.message);
    const bool serves = outcome.code == 0 && outcome.answered == clients_under_pressure;
    const bool says_why = outcome.code != 0 && !outcome.message.empty();
    CHECK((serves || says_why || outcome.is_killed()));
  }
}
