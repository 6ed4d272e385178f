#include "lessons/live/live_models.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <fstream>
#include <optional>
#include <string>
#include <thread>

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lessons/live/live_back_ends.hpp"
#include "lessons/live/live_clients.hpp"
#include "lessons/live/live_server.hpp"

namespace proactor_lab {
namespace {

constexpr int patience_ms = 10'000;
constexpr int memory_look_ms = 40;  // rare enough to cost negligible CPU time

/// What the server process reports when it ends.
struct ServerUsage {
  std::int64_t cpu_ns = 0;
  std::uint64_t switches = 0;
  std::uint64_t memory_bytes = 0;
  std::uint32_t threads = 0;
};

template <class Value>
bool tell(int pipe, const Value& value) {
  return write(pipe, &value, sizeof(value)) == sizeof(value);
}

template <class Value>
bool hear(int pipe, Value& value) {
  pollfd ready{pipe, POLLIN, 0};
  return poll(&ready, 1, patience_ms) > 0 && read(pipe, &value, sizeof(value)) == sizeof(value);
}

/// The value of one line of /proc/self/status, in bytes.
std::uint64_t status_bytes(const std::string& key) {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    std::uint64_t kilobytes = 0;
    if (word == key + ":" && status >> kilobytes) return kilobytes * 1024;
  }
  return 0;
}

rusage used_so_far() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  return used;
}

std::int64_t cpu_ns(const rusage& used) {
  const auto ns = [](const timeval& time) {
    return time.tv_sec * 1'000'000'000L + time.tv_usec * 1'000L;
  };
  return ns(used.ru_utime) + ns(used.ru_stime);
}

/// Body of the server process. Receives the back end's port, reports its own, serves until the
/// parent closes `commands`, and then reports its resource usage.
void serve(const Scenario& scenario, int commands, int reports) {
  ProgramSettings settings = settings_of(scenario);
  settings.listen_on.port = 0;
  if (!hear(commands, settings.back_end.port)) return;
  std::thread ender;
  const std::uint64_t memory_before = status_bytes("RssAnon");
  std::uint64_t memory_most = 0;
  const rusage before = used_so_far();
  const auto on_start = [&](Endpoint endpoint, const StopServer& stop) {
    tell(reports, endpoint.port);
    ender = std::thread([commands, stop, &memory_most] {
      pollfd ended{commands, POLLIN, 0};
      while (poll(&ended, 1, memory_look_ms) == 0) {
        memory_most = std::max(memory_most, status_bytes("RssAnon"));
      }
      stop();
    });
  };
  ServerUsage usage;
  usage.threads = serve_live(scenario, settings, nullptr, on_start).threads;
  const rusage after = used_so_far();
  ender.join();
  usage.cpu_ns = cpu_ns(after) - cpu_ns(before);
  usage.switches = static_cast<std::uint64_t>(after.ru_nvcsw - before.ru_nvcsw + after.ru_nivcsw -
                                              before.ru_nivcsw);
  usage.memory_bytes = memory_most > memory_before ? memory_most - memory_before : 0;
  tell(reports, usage);
}

/// The parent's side of the server process.
class ServerProcess {
 public:
  explicit ServerProcess(const Scenario& scenario) {
    std::array<int, 2> commands{};
    std::array<int, 2> reports{};
    if (pipe2(commands.data(), O_CLOEXEC) < 0 || pipe2(reports.data(), O_CLOEXEC) < 0) return;
    process_ = fork();
    if (process_ == 0) {
      close(commands[1]);
      close(reports[0]);
      try {
        serve(scenario, commands[0], reports[1]);
      } catch (...) {  // no report; the parent sees the end of file
      }
      _exit(0);
    }
    close(commands[0]);
    close(reports[1]);
    commands_ = commands[1];
    reports_ = reports[0];
  }
  ~ServerProcess() {
    end();
    close(reports_);
    if (process_ <= 0) return;
    kill(process_, SIGKILL);  // it has reported everything, or never will
    waitpid(process_, nullptr, 0);
  }
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  std::optional<Endpoint> start(std::uint16_t back_end_port) {
    Endpoint endpoint{loopback_address, 0};
    if (!tell(commands_, back_end_port) || !hear(reports_, endpoint.port)) return std::nullopt;
    return endpoint;
  }
  /// Closes `commands`, which makes the server end.
  void end() {
    if (commands_ >= 0) close(commands_);
    commands_ = -1;
  }
  std::optional<ServerUsage> usage() {
    ServerUsage usage;
    return hear(reports_, usage) ? std::optional(usage) : std::nullopt;
  }

 private:
  pid_t process_ = -1;
  int commands_ = -1;
  int reports_ = -1;
};

[[noreturn]] void refuse(const Scenario& scenario) {
  throw InputError("program " + scenario.program, "",
                   "could not be measured on " + std::string(name_of(scenario.system)),
                   "plab run with the same scenario says why; or use --on sim");
}

}  // namespace

ModelFigures measure_model_live(const Scenario& scenario, Duration window) {
  ServerProcess server(scenario);  // forks, so it precedes all threads
  const LiveBackEnds back_ends(scenario.back_ends, scenario.seed);
  const std::optional<Endpoint> endpoint = server.start(back_ends.endpoint().port);
  if (!endpoint) refuse(scenario);

  std::atomic<bool> all_done{false};
  LiveClients clients(scenario.clients, scenario.seed, *endpoint, [&] { all_done = true; });
  const auto until = std::chrono::steady_clock::now() + window;
  while (!all_done && std::chrono::steady_clock::now() < until) {
    std::this_thread::sleep_for(std::chrono::milliseconds{2});
  }
  const bool whole = all_done;
  clients.stop();
  clients.join();
  server.end();
  const std::optional<ServerUsage> usage = server.usage();
  if (!usage) refuse(scenario);
  ModelFigures figures = figures_of(clients.answers().response_times, clients.answers().last,
                                    usage->switches, Duration{usage->cpu_ns}, scenario.cores);
  figures.threads = usage->threads;
  figures.memory_bytes = usage->memory_bytes;
  figures.whole = whole;
  return figures;
}

}  // namespace proactor_lab
