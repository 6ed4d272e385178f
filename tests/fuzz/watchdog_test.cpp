// A play that does not return is detected and reported.
#include "tests/fuzz/watchdog.hpp"

#include <atomic>
#include <chrono>
#include <mutex>
#include <string>
#include <thread>

#include "tests/support/catch.hpp"

namespace proactor_lab::fuzz {

TEST_CASE("a play that takes longer than the limit is reported with its program") {
  std::mutex mutex;
  std::string reported;
  Watchdog watchdog(std::chrono::milliseconds{50},
                    [&](const Program& program, const std::string& system) {
                      const std::lock_guard lock(mutex);
                      reported = system + ": " + to_text(program);
                    });
  const Program program = parse_program("0: no_op\n");
  const auto is_reported = [&] {
    const std::lock_guard lock(mutex);
    return !reported.empty();
  };
  for (int i = 0; i < 100; ++i) {  // many short plays do not count as one long play
    const Watchdog::Guard guard(watchdog, program, "a system");
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
  CHECK_FALSE(is_reported());
  const Watchdog::Guard guard(watchdog, program, "a system");
  for (int i = 0; i < 1000 && !is_reported(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
  }
  const std::lock_guard lock(mutex);
  CHECK(reported == "a system: 0: no_op\n");
}

}  // namespace proactor_lab::fuzz
