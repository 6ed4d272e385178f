// Calls on the live back ends always return, and every lent buffer is returned with them. Random
// histories in all ring modes, also pinned to one core and under load; each call is limited in
// time.
//
//   PROACTOR_LAB_HISTORIES=1000     number of histories per mode
//   PROACTOR_LAB_SEED=77            first seed; a failure prints the seed to use here
#include "tests/core/live_history.hpp"

#include <cstdlib>
#include <system_error>

#include <sched.h>
#include <signal.h>

#include "tests/support/catch.hpp"

using namespace proactor_lab;
using namespace proactor_lab::testing;
using namespace std::chrono_literals;

namespace {

constexpr std::chrono::milliseconds limit = 20s;

std::uint64_t number_of(const char* name, std::uint64_t otherwise) {
  const char* const text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

/// While this lives, the thread stays on one core, and two other threads compete for it.
class OneBusyCore {
 public:
  OneBusyCore() {
    sched_getaffinity(0, sizeof(before_), &before_);
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(static_cast<unsigned>(sched_getcpu()), &one);
    sched_setaffinity(0, sizeof(one), &one);  // inherited by threads that it starts
    for (std::thread& each : busy_) {
      each = std::thread([this] {
        while (!over_) {
        }
      });
    }
  }
  ~OneBusyCore() {
    over_ = true;
    for (std::thread& each : busy_) each.join();
    sched_setaffinity(0, sizeof(before_), &before_);
  }

 private:
  cpu_set_t before_{};
  std::atomic<bool> over_{false};
  std::array<std::thread, 2> busy_;
};

struct Tally {
  int idle_returns = 0;
  int stray_completions = 0;
  std::size_t changed_bytes = 0;
  std::string unusable;
};

/// Ends a history in one of four ways, and checks whether buffers are still written.
void end_history(LiveHistory& history, std::uint64_t seed, Tally& tally) {
  const bool destroys = seed % 4 < 2;
  if (destroys && seed % 2 == 0) {
    history.destroy_back_end();
  } else {
    history.release_all();
    history.overwrite_lent();
    history.world_acts_on_everything();
    tally.changed_bytes += history.changed_bytes();
    if (tally.unusable.empty()) tally.unusable = history.use_once_more();
    if (seed % 4 == 3) {
      history.run(10);
      history.release_all();
    }
    if (destroys) history.destroy_back_end();
  }
  history.overwrite_lent();
  history.world_acts_on_everything();
  tally.changed_bytes += history.changed_bytes();
}

void run_histories(const LiveMode& mode, std::uint64_t count) {
  signal(SIGPIPE, SIG_IGN);  // io_uring raises it for a write to a broken pipe
  Watchdog watchdog(limit);
  const std::uint64_t first = number_of("PROACTOR_LAB_SEED", 1);
  for (std::uint64_t seed = first; seed < first + number_of("PROACTOR_LAB_HISTORIES", count);
       ++seed) {
    INFO(mode.name << ", seed " << seed);
    Tally tally;
    {
      LiveHistory history(mode, seed, watchdog);
      history.run(4 + static_cast<int>(seed % 40));
      end_history(history, seed, tally);
      tally.idle_returns = history.idle_returns();
      tally.stray_completions = history.stray_completions();
    }
    REQUIRE(tally.changed_bytes == 0);
    REQUIRE(tally.idle_returns == 0);
    REQUIRE(tally.stray_completions == 0);
    REQUIRE(tally.unusable.empty());
  }
}

bool is_refused(const LiveMode& mode) {
  try {
    open(mode);
    return false;
  } catch (const std::system_error& error) {
    WARN(error.what());
    return true;
  }
}

}  // namespace

TEST_CASE("after any history each call comes back, and nothing lent is written any more") {
  for (const LiveMode& mode : live_modes()) {
    if (!is_refused(mode)) run_histories(mode, 150);
  }
}

TEST_CASE("so it is on one busy core") {
  const OneBusyCore core;
  for (const LiveMode& mode : live_modes()) {
    if (!is_refused(mode)) run_histories(mode, 15);
  }
}
