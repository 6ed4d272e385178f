#include "lessons/capture/live_capture.hpp"

#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <thread>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lessons/capture/live_kernel_log.hpp"
#include "traces/format/input_error.hpp"

namespace proactor_lab {
namespace {

using Clock = std::chrono::steady_clock;

volatile std::sig_atomic_t signalled = 0;

/// Handles SIGINT and SIGTERM while it exists.
class SignalsTaken {
 public:
  SignalsTaken() {
    signalled = 0;
    struct sigaction taken {};
    taken.sa_handler = [](int number) { signalled = number; };
    sigaction(SIGINT, &taken, &before_interrupt_);
    sigaction(SIGTERM, &taken, &before_terminate_);
  }
  ~SignalsTaken() {
    sigaction(SIGINT, &before_interrupt_, nullptr);
    sigaction(SIGTERM, &before_terminate_, nullptr);
  }
  SignalsTaken(const SignalsTaken&) = delete;
  SignalsTaken& operator=(const SignalsTaken&) = delete;

 private:
  struct sigaction before_interrupt_ {};
  struct sigaction before_terminate_ {};
};

/// A child process that waits for `go` before it executes the command.
class HeldCommand {
 public:
  explicit HeldCommand(const std::vector<std::string>& words) : name_(words.front()) {
    int go[2];
    int failure[2];
    if (pipe2(go, O_CLOEXEC) != 0 || pipe2(failure, O_CLOEXEC) != 0) fail(errno);
    std::vector<char*> arguments;
    for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    pid_ = fork();
    if (pid_ < 0) fail(errno);
    if (pid_ == 0) {
      close(go[1]);
      char nothing = 0;
      if (read(go[0], &nothing, 1) != 1) _exit(127);  // plab ended first
      execvp(arguments[0], arguments.data());
      const int error = errno;
      [[maybe_unused]] const auto told = ::write(failure[1], &error, sizeof(error));
      _exit(127);
    }
    close(go[0]);
    close(failure[1]);
    go_ = go[1];
    failure_ = failure[0];
  }
  ~HeldCommand() {
    if (go_ >= 0) close(go_);
    close(failure_);
  }
  HeldCommand(const HeldCommand&) = delete;
  HeldCommand& operator=(const HeldCommand&) = delete;

  pid_t pid() const { return pid_; }

  void go() {
    [[maybe_unused]] const auto told = ::write(go_, "g", 1);
    close(go_);
    go_ = -1;
    int error = 0;
    if (read(failure_, &error, sizeof(error)) == sizeof(error)) {
      waitpid(pid_, nullptr, 0);
      fail(error);
    }
  }

  /// How the command ended, as text; empty while it runs.
  std::string end() {
    int status = 0;
    if (!end_.empty() || waitpid(pid_, &status, WNOHANG) != pid_) return end_;
    end_ = WIFEXITED(status) ? "exited with " + std::to_string(WEXITSTATUS(status))
                             : "was ended by signal " + std::to_string(WTERMSIG(status));
    return end_;
  }

 private:
  [[noreturn]] void fail(int error) const {
    throw InputError(name_, "", std::string("cannot be run: ") + std::strerror(error));
  }

  std::string name_;
  pid_t pid_ = -1;
  int go_ = -1;
  int failure_ = -1;
  std::string end_;
};

std::vector<pid_t> threads_of(int process) {
  std::vector<pid_t> threads;
  std::error_code error;
  const std::string tasks = "/proc/" + std::to_string(process) + "/task";
  for (const auto& each : std::filesystem::directory_iterator(tasks, error)) {
    const std::string name = each.path().filename().string();
    pid_t id = 0;
    std::from_chars(name.data(), name.data() + name.size(), id);
    threads.push_back(id);
  }
  if (threads.empty()) {
    throw InputError("process " + std::to_string(process), "", "is not there");
  }
  return threads;
}

void pause() { std::this_thread::sleep_for(std::chrono::milliseconds(5)); }

/// Waits until the command ends. On the time limit or a signal, passes the signal on to it.
std::string run_to_its_end(HeldCommand& command, Duration limit) {
  const Clock::time_point start = Clock::now();
  bool told = false;
  while (command.end().empty()) {
    const bool late = limit > Duration::zero() && Clock::now() - start >= limit;
    if ((late || signalled != 0) && !told) {
      kill(command.pid(), late ? SIGTERM : static_cast<int>(signalled));
      signalled = 0;
      told = true;
    } else if (told && signalled != 0) {
      return "still runs";  // interrupted twice: leave it running
    }
    pause();
  }
  return command.end();
}

void watch(int process, Duration limit) {
  const Clock::time_point start = Clock::now();
  while (signalled == 0 && (kill(process, 0) == 0 || errno == EPERM)) {
    if (limit > Duration::zero() && Clock::now() - start >= limit) return;
    pause();
  }
}

}  // namespace

CaptureResult capture(const CaptureOptions& options, Trace& trace) {
  CaptureResult result;
  std::vector<pid_t> processes;
  if (options.command.empty()) processes = threads_of(options.process);
  KernelLog log;
  const SignalsTaken taken;
  if (options.command.empty()) {
    log.start(options.limits.events);
    watch(options.process, options.time_limit);
  } else {
    HeldCommand command(options.command);
    processes = {command.pid()};
    log.start(options.limits.events);
    command.go();
    result.end = run_to_its_end(command, options.time_limit);
  }
  log.stop();
  std::ifstream text = log.take(processes);
  result.lost = log.lost();
  result.others = log.others();
  result.limited = log.is_full();
  LogLines lines(text, "the kernel's log");
  result.has_tracepoints = recognise(lines.beginning()) == ImportFormat::io_uring;
  if (!result.has_tracepoints) return result;
  result.report = import_io_uring(lines, options.limits, trace);
  return result;
}

}  // namespace proactor_lab
