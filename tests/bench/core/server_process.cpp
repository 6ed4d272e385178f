#include "tests/bench/core/server_process.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace proactor_lab::bench {
namespace {

constexpr int start_ms_max = 30'000;  // valgrind starts slowly

}  // namespace

Cores Cores::of_this_machine() {
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof(allowed), &allowed) < 0 || CPU_COUNT(&allowed) < 2) return {};
  Cores cores;
  for (int core = 0; core < CPU_SETSIZE && cores.server < 0; ++core) {
    if (CPU_ISSET(core, &allowed)) (cores.clients < 0 ? cores.clients : cores.server) = core;
  }
  return cores;
}

void pin_to(int core) {
  if (core < 0) return;
  cpu_set_t wanted;
  CPU_ZERO(&wanted);
  CPU_SET(core, &wanted);
  sched_setaffinity(0, sizeof(wanted), &wanted);
}

ServerProcess::ServerProcess(const ServerKind& kind, const ServerOptions& options) {
  std::vector<std::string> words = options.wrapper;
  words.insert(words.end(), {std::filesystem::read_symlink("/proc/self/exe").string(), "--serve",
                             std::string(kind.name), std::to_string(options.plan.warm_up),
                             std::to_string(options.plan.requests),
                             std::to_string(options.plan.lockstep_clients)});
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);

  std::array<int, 2> ends{};
  checked(pipe2(ends.data(), O_CLOEXEC), "pipe2");
  process_ = checked(fork(), "fork");
  if (process_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);  // ends with the bench, however that ends
    dup2(ends[1], STDOUT_FILENO);
    pin_to(options.core);
    execvp(arguments[0], arguments.data());
    _exit(127);
  }
  close(ends[1]);
  output_ = ends[0];
  std::string line;
  unsigned port = 0;
  if (read_line(line, start_ms_max) && std::sscanf(line.c_str(), "port %u", &port) == 1) {
    port_ = static_cast<std::uint16_t>(port);
  }
}

ServerProcess::~ServerProcess() {
  end();
  close(output_);
}

void ServerProcess::end() {
  if (process_ < 0) return;
  kill(process_, SIGKILL);
  waitpid(process_, nullptr, 0);
  process_ = -1;
}

bool ServerProcess::read_line(std::string& line, int timeout_ms) {
  while (true) {
    if (const auto end = unread_.find('\n'); end != std::string::npos) {
      line = unread_.substr(0, end);
      unread_.erase(0, end + 1);
      return true;
    }
    pollfd wanted{output_, POLLIN, 0};
    if (poll(&wanted, 1, timeout_ms) <= 0) return false;
    std::array<char, 512> bytes;
    const ssize_t count = read(output_, bytes.data(), bytes.size());
    if (count <= 0) return false;
    unread_.append(bytes.data(), static_cast<std::size_t>(count));
  }
}

std::int64_t ServerProcess::cpu_ns() const {
  clockid_t clock{};
  timespec used{};
  if (clock_getcpuclockid(process_, &clock) != 0) return 0;
  clock_gettime(clock, &used);
  return used.tv_sec * 1'000'000'000 + used.tv_nsec;
}

long ServerProcess::resident_kilobytes() const {
  const std::string path = "/proc/" + std::to_string(process_) + "/statm";
  std::FILE* file = std::fopen(path.c_str(), "r");
  if (file == nullptr) return 0;
  long pages = 0;
  const int read = std::fscanf(file, "%*d %ld", &pages);
  std::fclose(file);
  return read == 1 ? pages * (sysconf(_SC_PAGESIZE) / 1024) : 0;
}

ServerReport ServerProcess::report(std::chrono::seconds limit) {
  const auto end_ms_max = static_cast<int>(std::chrono::milliseconds(limit).count());
  ServerReport report;
  std::string line;
  while (read_line(line, end_ms_max)) {
    long long cpu = 0;
    long long voluntary = 0;
    long long involuntary = 0;
    if (std::sscanf(line.c_str(), "used %lld %lld %lld", &cpu, &voluntary, &involuntary) == 3) {
      report.whole = true;
      report.usage = {cpu, voluntary, involuntary};
    }
    std::sscanf(line.c_str(), "virtual %ld", &report.virtual_kilobytes);
    std::sscanf(line.c_str(), "resident %ld", &report.resident_kilobytes);
  }
  // Its output has ended, so the process will end soon. By then valgrind has written its results.
  for (int waited = 0; waited < end_ms_max && waitpid(process_, nullptr, WNOHANG) == 0; ++waited) {
    usleep(1000);
  }
  end();
  return report;
}

}  // namespace proactor_lab::bench
