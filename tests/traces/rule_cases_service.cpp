#include "tests/traces/rule_cases.hpp"

namespace proactor_lab::test {
namespace {

constexpr std::int64_t ms = 1'000'000;

/// Queues one completion, with `before` others before it and `after` others after it. All others
/// are handled first.
void queue_up(RuleTrace& t, int before, int after) {
  const std::uint32_t a = t.open("A");
  std::vector<std::uint32_t> others;
  for (int i = 0; i < before + after; ++i) others.push_back(t.begin("timer", 0));
  const std::uint32_t one = t.begin("receive", a);
  for (int i = 0; i < before; ++i) t.end(others[static_cast<std::size_t>(i)], 0);
  t.end(one, 5);
  for (int i = before; i < before + after; ++i) t.end(others[static_cast<std::size_t>(i)], 0);
  others.push_back(one);
  for (const std::uint32_t id : others) {
    t.take(id, 0);
    t.enter(id, "on_it");
    t.leave(id);
  }
}

/// `others` get a core one after the other, and wait for it again. Thread 2 waits all the time.
void share_core(RuleTrace& t, std::uint16_t others, int turns) {
  t.thread_event(2, EventKind::thread_blocked, "cpu");
  for (int i = 0; i < turns; ++i) {
    for (std::uint16_t other = 0; other < others; ++other) {
      const auto thread = static_cast<std::uint16_t>(3 + other);
      t.thread_event(thread, EventKind::thread_blocked, "cpu");
      t.thread_event(thread, EventKind::thread_switched);
    }
  }
  t.thread_event(2, EventKind::thread_switched);
}

/// Thread 2 requests the lock; thread 3 gets it repeatedly.
void share_lock(RuleTrace& t, int turns) {
  t.take_lock(3, "list");
  t.lock(EventKind::lock_requested, 2, "list");
  t.give_lock(3, "list");
  for (int i = 0; i < turns; ++i) {
    t.take_lock(3, "list");
    t.give_lock(3, "list");
  }
  t.lock(EventKind::lock_acquired, 2, "list");
  t.give_lock(2, "list");
}

}  // namespace

std::vector<RuleCase> service_cases() {
  std::vector<RuleCase> cases;
  const auto add = [&](const char* rule, bool breaks, const char* what, auto make) {
    RuleTrace t;
    make(t);
    cases.push_back({rule, what, t.finish(), breaks});
  };
  const auto handle_for = [](RuleTrace& t, std::int64_t ns) {
    const std::uint32_t id = t.begin("receive", t.open("A"));
    t.end(id, 5);
    t.take(id, 5);
    t.enter(id, "on_receive");
    t.after(ns);
    t.leave(id);
  };

  add("handlers_brief", true, "a handler runs for 100.001 ms",
      [&](RuleTrace& t) { handle_for(t, 100 * ms + 1000); });
  add("handlers_brief", false, "a handler runs for 100 ms",
      [&](RuleTrace& t) { handle_for(t, 100 * ms); });

  const auto in_handler = [](RuleTrace& t, auto make) {
    const std::uint32_t id = t.begin("receive", t.open("A"));
    t.end(id, 5);
    t.take(id, 5);
    t.enter(id, "on_receive");
    make();
    t.leave(id);
  };
  add("handlers_never_block", true, "a handler makes a blocking call", [&](RuleTrace& t) {
    in_handler(t, [&] {
      t.call("read", 1);
      t.block("io");
      t.wake();
      t.returned("read", 1, 5);
    });
  });
  add("handlers_never_block", true, "a handler waits for a lock",
      [&](RuleTrace& t) { in_handler(t, [&] { t.block("lock"); }); });
  add("handlers_never_block", false, "another thread calls meanwhile, and a core is missing",
      [&](RuleTrace& t) {
        in_handler(t, [&] {
          t.on(2).call("read", 1);
          t.returned("read", 1, 5);
          t.on(1).block("cpu");
        });
      });
  add("handlers_never_block", false, "the thread calls when its handler is through",
      [&](RuleTrace& t) {
        in_handler(t, [] {});
        t.call("read", 1);
        t.returned("read", 1, 5);
      });

  add("nobody_starves", true, "101 completions that came later are handled first",
      [](RuleTrace& t) { queue_up(t, 0, 101); });
  add("nobody_starves", false, "100 completions that came later are handled first",
      [](RuleTrace& t) { queue_up(t, 0, 100); });
  add("nobody_starves", false, "300 completions that came before are handled first",
      [](RuleTrace& t) { queue_up(t, 300, 50); });
  add("nobody_starves", true, "three threads take turns 34 times, a fourth has no core",
      [](RuleTrace& t) { share_core(t, 3, 34); });
  add("nobody_starves", false, "three threads take turns 33 times",
      [](RuleTrace& t) { share_core(t, 3, 33); });
  add("nobody_starves", true, "a lock is taken 101 times past somebody who waits",
      [](RuleTrace& t) { share_lock(t, 101); });
  add("nobody_starves", false, "a lock is taken 100 times past somebody who waits",
      [](RuleTrace& t) { share_lock(t, 100); });
  return cases;
}

}  // namespace proactor_lab::test
