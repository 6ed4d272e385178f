#include "lessons/programs/two_locks.hpp"

namespace proactor_lab {
namespace {

constexpr Duration a_while = std::chrono::milliseconds{1};

Task take_both(BlockingSystem& system, Lock first, Lock second) {
  co_await system.lock(first);
  co_await system.sleep(a_while);
  co_await system.lock(second);
  co_await system.unlock(second);
  co_await system.unlock(first);
}

Task take_both_politely(BlockingSystem& system, Lock first, Lock second) {
  while (true) {
    co_await system.lock(first);
    co_await system.sleep(a_while);
    const std::int32_t result = co_await system.try_lock(second);
    co_await system.sleep(a_while);
    if (result == 0) co_await system.unlock(second);
    co_await system.unlock(first);
    if (result == 0) co_return;
    co_await system.sleep(a_while);
  }
}

}  // namespace

Task opposite_locks(BlockingSystem& system, ProgramSettings) {
  const Lock a = system.make_lock("A");
  const Lock b = system.make_lock("B");
  co_await system.spawn(take_both(system, a, b), "first");
  co_await system.spawn(take_both(system, b, a), "second");
}

Task polite_locks(BlockingSystem& system, ProgramSettings) {
  const Lock a = system.make_lock("A");
  const Lock b = system.make_lock("B");
  co_await system.spawn(take_both_politely(system, a, b), "first");
  co_await system.spawn(take_both_politely(system, b, a), "second");
}

}  // namespace proactor_lab
