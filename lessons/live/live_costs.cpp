#include "lessons/live/live_costs.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <condition_variable>
#include <fstream>
#include <mutex>
#include <thread>
#include <vector>

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "lessons/scenario/lesson_json.hpp"

namespace proactor_lab {
namespace {

constexpr int rounds = 5;
constexpr std::size_t message_bytes = 64;
/// Pause between two steps. A waiting server finds its caches cold; steps in a tight loop would
/// appear to cost only a third.
constexpr std::chrono::microseconds pause{300};

std::int64_t cpu_ns() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return now.tv_sec * 1'000'000'000 + now.tv_nsec;
}

/// CPU time per step: the median of several rounds of `count` steps.
template <class Steps>
std::int64_t cost_of_one(int count, const Steps& steps) {
  std::array<std::int64_t, rounds> costs{};
  for (std::int64_t& cost : costs) {
    const std::int64_t start = cpu_ns();
    steps(count);
    cost = (cpu_ns() - start) / count;
  }
  std::sort(costs.begin(), costs.end());
  return costs[rounds / 2];
}

/// A loopback connection. The descriptors are -1 if the system provides none.
struct Connection {
  Connection() {
    const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    socklen_t size = sizeof(address);
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* name = reinterpret_cast<sockaddr*>(&address);
    near = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(listener, name, size) == 0 && listen(listener, 1) == 0 &&
        getsockname(listener, name, &size) == 0 && connect(near, name, size) == 0) {
      far = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    }
    close(listener);
    if (far < 0) throw InputError("loopback", "", "cannot be connected to", "use --on sim");
  }
  ~Connection() {
    close(near);
    close(far);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  int near = -1;
  int far = -1;
};

bool pass(int from, int to) {
  std::array<char, message_bytes> bytes{};
  return send(from, bytes.data(), bytes.size(), MSG_NOSIGNAL) > 0 &&
         recv(to, bytes.data(), bytes.size(), MSG_WAITALL) > 0;
}

/// Sends bytes back and forth between two threads: per end, one send, one blocking receive.
void ping_pong(const Connection& connection, int count) {
  std::thread other([&] {
    std::array<char, message_bytes> bytes{};
    for (int i = 0; i < count; ++i) {
      if (recv(connection.far, bytes.data(), bytes.size(), MSG_WAITALL) <= 0) return;
      if (send(connection.far, bytes.data(), bytes.size(), MSG_NOSIGNAL) <= 0) return;
    }
  });
  for (int i = 0; i < count; ++i) {
    if (!pass(connection.near, connection.near)) break;
  }
  other.join();
}

std::uint64_t resident_bytes() {
  std::uint64_t all = 0;
  std::uint64_t resident = 0;
  std::ifstream("/proc/self/statm") >> all >> resident;
  return resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

std::uint64_t measure_thread_bytes() {
  constexpr std::uint64_t count = 64;
  std::mutex mutex;
  std::condition_variable changed;
  std::uint64_t running = 0;
  bool end = false;
  const std::uint64_t before = resident_bytes();
  std::vector<std::thread> threads;
  for (std::uint64_t i = 0; i < count; ++i) {
    threads.emplace_back([&] {
      const std::vector<char> own(1024);  // allocates from the thread's arena
      std::unique_lock lock(mutex);
      ++running;
      changed.notify_all();
      changed.wait(lock, [&] { return end; });
    });
  }
  std::uint64_t bytes = 0;
  {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return running == count; });
    const std::uint64_t now = resident_bytes();
    bytes = now > before ? (now - before) / count : 0;
    end = true;
  }
  changed.notify_all();
  for (std::thread& thread : threads) thread.join();
  return bytes;
}

Duration not_negative(std::int64_t ns) { return Duration{std::max<std::int64_t>(ns, 0)}; }

double in_ms(Duration duration) { return static_cast<double>(duration.count()) / 1e6; }

}  // namespace

MachineCosts measure_costs() {
  MachineCosts costs;
  costs.thread_bytes = measure_thread_bytes();  // first: freed memory would be reused
  const std::int64_t syscall_ns = cost_of_one(100'000, [](int count) {
    for (int i = 0; i < count; ++i) ::syscall(SYS_getppid);
  });
  const Connection connection;
  const std::int64_t sleep_ns = cost_of_one(200, [](int count) {
    for (int i = 0; i < count; ++i) std::this_thread::sleep_for(pause);
  });
  const std::int64_t sleep_and_pass_ns = cost_of_one(200, [&](int count) {
    for (int i = 0; i < count; ++i) {
      std::this_thread::sleep_for(pause);
      pass(connection.near, connection.far);
    }
  });
  const std::int64_t thread_ns = cost_of_one(100, [](int count) {
    for (int i = 0; i < count; ++i) std::thread([] {}).join();
  });
  constexpr int round_trips = 2'000;
  const auto start = std::chrono::steady_clock::now();
  ping_pong(connection, round_trips);
  costs.latency = (std::chrono::steady_clock::now() - start) / (2 * round_trips);
  costs.syscall = not_negative(syscall_ns);
  costs.operation = not_negative((sleep_and_pass_ns - sleep_ns) / 2 - syscall_ns);
  costs.context_switch = not_negative(sleep_ns - syscall_ns);
  costs.thread_start = not_negative(thread_ns);
  costs.cores = std::max(std::thread::hardware_concurrency(), 1u);
  return costs;
}

Scenario with_costs(const Scenario& base, const MachineCosts& costs) {
  OrderedJson json = parse_strict_json(base.json, "scenario");
  json["syscall_ms"] = in_ms(costs.syscall);
  json["operation_ms"] = in_ms(costs.operation);
  json["switch_ms"] = in_ms(costs.context_switch);
  json["thread_start_ms"] = in_ms(costs.thread_start);
  json["thread_bytes"] = costs.thread_bytes;
  json["cores"] = costs.cores;
  json["latency_ms"] = in_ms(costs.latency);
  Scenario scenario = parse_scenario(json.dump(), "scenario");
  scenario.seed = base.seed;
  return scenario;
}

}  // namespace proactor_lab
