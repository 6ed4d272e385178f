#include "tests/fuzz/hangs.hpp"

#include <csignal>
#include <exception>

#include <sys/wait.h>
#include <unistd.h>

#include "tests/fuzz/shrink.hpp"

namespace proactor_lab::fuzz {
namespace {

constexpr unsigned limit_s = 2;
constexpr int shrink_attempts = 200;
constexpr int plays = 5;
constexpr Duration patience{1'000'000};

}  // namespace

bool ends_badly(const std::function<void()>& action) {
  const pid_t child = fork();
  if (child == 0) {
    for (const int each : {SIGALRM, SIGABRT, SIGSEGV}) std::signal(each, SIG_DFL);
    close(STDERR_FILENO);
    alarm(limit_s);
    try {
      action();
    } catch (const std::exception&) {
      // It returned.
    }
    _exit(0);
  }
  int status = 0;
  return child > 0 && waitpid(child, &status, 0) == child && WIFSIGNALED(status);
}

Program shrink_bad_end(const Program& program, const std::function<void(const Program&)>& play) {
  return shrink(
      program, [&](const Program& each) { return ends_badly([&] { play(each); }); },
      shrink_attempts);
}

void play_repeatedly(const Program& program, const Arm& arm) {
  for (int i = 0; i < plays; ++i) arm.play(program, patience);
}

}  // namespace proactor_lab::fuzz
