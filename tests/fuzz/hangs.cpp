#include "tests/fuzz/hangs.hpp"

#include <csignal>
#include <exception>

#include <sys/wait.h>
#include <unistd.h>

#include "tests/fuzz/shrink.hpp"

namespace proactor_lab::fuzz {
namespace {

constexpr unsigned limit_s = 2;
constexpr int shrink_attempts = 100;
constexpr int plays_each = 5;
constexpr Duration patience{1'000'000};

}  // namespace

bool hangs(const Program& program, const Arm& arm, int plays) {
  const pid_t child = fork();
  if (child == 0) {
    std::signal(SIGALRM, SIG_DFL);
    alarm(limit_s);
    try {
      for (int i = 0; i < plays; ++i) arm.play(program, patience);
    } catch (const std::exception&) {
      // It came back.
    }
    _exit(0);
  }
  int status = 0;
  return child > 0 && waitpid(child, &status, 0) == child && WIFSIGNALED(status) &&
         WTERMSIG(status) == SIGALRM;
}

Program shrink_hang(const Program& program, const Arm& arm) {
  return shrink(
      program, [&](const Program& each) { return hangs(each, arm, plays_each); }, shrink_attempts);
}

}  // namespace proactor_lab::fuzz
