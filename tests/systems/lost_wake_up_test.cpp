// A lost wake-up: a thread checks its condition, and the notification comes before it waits.
#include <algorithm>

#include "sim/threads/simulated_threads.hpp"
#include "tests/support/catch.hpp"
#include "traces/recording/memory_recorder.hpp"
#include "traces/rules/rules.hpp"

using namespace proactor_lab;

namespace {

struct Shared {
  Lock lock{};
  Condition filled{};
  int left = 0;
};

Task take_one(BlockingSystem& system, Shared& shared) {
  co_await system.lock(shared.lock);
  while (shared.left == 0) {
    co_await system.compute(Duration{100});  // time passes between checking and waiting
    co_await system.wait(shared.filled, shared.lock);
  }
  --shared.left;
  co_await system.unlock(shared.lock);
}

Task put_one(BlockingSystem& system, bool under_lock, Shared& shared) {
  shared.lock = system.make_lock("queue");
  shared.filled = system.make_condition("filled");
  co_await system.spawn(take_one(system, shared), "consumer");
  co_await system.sleep(Duration{50});
  if (under_lock) co_await system.lock(shared.lock);
  ++shared.left;
  if (under_lock) co_await system.unlock(shared.lock);
  co_await system.notify_one(shared.filled);
}

Trace trace_of(bool under_lock) {
  SeededChoices choices{1};
  Schedule schedule(choices);
  MemoryRecorder recorder(&schedule.now());
  Network network({}, schedule);
  Shared shared;
  SimulatedThreads threads({.cores = 2}, schedule, network, &recorder);
  threads.start(put_one(threads, under_lock, shared), "main");
  threads.run();
  Trace trace;
  TraceBuilder builder(trace);
  FactExpander expander({}, trace.strings, builder);
  expander.start(0, "test", "sim");
  recorder.replay(expander);
  expander.finish(to_ns(schedule.now()), "finished");
  return trace;
}

std::int64_t woken_by_notification(const Trace& trace) {
  for (const Event& event : trace.events) {
    if (event.kind == EventKind::condition_notified) return event.value;
  }
  return -1;
}

}  // namespace

TEST_CASE("a notification between looking and waiting wakes nobody, and check says so") {
  const Trace trace = trace_of(false);
  CHECK(woken_by_notification(trace) == 0);
  const auto violations = check_rules(trace);
  REQUIRE(violations.size() == 1);
  CHECK(violations[0].rule == "wake_ups_arrive");
  CHECK(violations[0].sentence.find("waits from here on for condition filled") !=
        std::string::npos);
}

TEST_CASE("what is changed under the lock is heard of, whenever it is told") {
  const Trace trace = trace_of(true);
  CHECK(woken_by_notification(trace) == 1);
  CHECK(check_rules(trace).empty());
  // Every thread that was woken was woken by the notification.
  for (const Event& event : trace.events) {
    const bool after_wait = event.kind == EventKind::thread_woken && event.thread == 2;
    if (after_wait) CHECK(trace.events[event.cause - 1].kind == EventKind::condition_notified);
  }
}
