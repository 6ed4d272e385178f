#include "tests/fuzz/watchdog.hpp"

#include <cstdio>
#include <utility>

#include <unistd.h>

namespace proactor_lab::fuzz {
namespace {

void end_process(const Program& program, const std::string& system) {
  std::printf("%s does not come back from\n%s", system.c_str(), to_text(program).c_str());
  std::fflush(stdout);
  _exit(1);
}

}  // namespace

Watchdog::Watchdog(Duration limit, OnHang on_hang)
    : on_hang_(std::move(on_hang)), thread_([this, limit] { watch(limit); }) {}

Watchdog::Watchdog(Duration limit) : Watchdog(limit, end_process) {}

Watchdog::~Watchdog() {
  {
    const std::lock_guard lock(mutex_);
    ends_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

Watchdog::Guard::Guard(Watchdog& watchdog, const Program& program, const char* system)
    : watchdog_(watchdog) {
  watchdog_.system_ = system;
  watchdog_.program_ = &program;
  ++watchdog_.play_;
}

Watchdog::Guard::~Guard() { watchdog_.program_ = nullptr; }

/// Detects that the same play has been running for as long as the limit.
void Watchdog::watch(Duration limit) {
  constexpr int looks = 10;
  std::uint64_t seen = 0;
  int times = 0;
  std::unique_lock lock(mutex_);
  while (!changed_.wait_for(lock, limit / looks, [&] { return ends_; })) {
    const std::uint64_t play = play_;
    times = program_ != nullptr && play == seen ? times + 1 : 0;
    seen = play;
    if (times < looks) continue;
    on_hang_(*program_.load(), system_.load());
    times = 0;
  }
}

}  // namespace proactor_lab::fuzz
