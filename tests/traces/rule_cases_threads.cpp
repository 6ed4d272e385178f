#include "tests/traces/rule_cases.hpp"

namespace proactor_lab::test {
namespace {

constexpr std::int64_t ms = 1'000'000;

void worker_for(RuleTrace& t, std::uint32_t id, EventKind kind) {
  Event& event = t.of_thread(1, kind, id);
  event.label = t.word("worker 1");
  event.value = 1;
  event.options = 1;
}

/// Thread 2 waits for a lock that thread 1 releases.
void wait_for_lock(RuleTrace& t) {
  t.take_lock(1, "list");
  t.lock(EventKind::lock_requested, 2, "list");
  t.thread_event(2, EventKind::thread_blocked, "lock");
  t.give_lock(1, "list");
}

void notify(RuleTrace& t, std::uint16_t thread, std::int64_t woken) {
  Event& event = t.of_thread(thread, EventKind::condition_notified);
  event.label = t.word("filled");
  event.value = woken;
}

/// Releases lock "queue" and waits.
void wait_for_condition(RuleTrace& t, std::uint16_t thread) {
  t.give_lock(thread, "queue");
  Event& event = t.of_thread(thread, EventKind::thread_blocked);
  event.text = t.word("job");
  event.label = t.word("filled");
}

}  // namespace

std::vector<RuleCase> thread_cases() {
  std::vector<RuleCase> cases;
  const auto add = [&](const char* rule, bool breaks, const char* what, auto make) {
    RuleTrace t;
    make(t);
    cases.push_back({rule, what, t.finish(), breaks});
  };

  const auto wait_while_queued = [](RuleTrace& t, std::int64_t ns) {
    const std::uint32_t id = t.begin("receive", t.open("A"));
    t.end(id, 5);
    t.wait();
    t.after(ns).wait_returned(1);
    t.take(id, 5);
    t.enter(id, "on_receive");
    t.leave(id);
  };
  add("wake_ups_arrive", true, "the loop waits 20 ms while a completion is queued",
      [&](RuleTrace& t) { wait_while_queued(t, 20 * ms); });
  add("wake_ups_arrive", false, "the loop only looks",
      [&](RuleTrace& t) { wait_while_queued(t, ms / 2); });
  add("wake_ups_arrive", false, "the completion comes while the loop waits", [](RuleTrace& t) {
    const std::uint32_t id = t.begin("receive", t.open("A"));
    t.wait();
    t.after(20 * ms);
    t.end(id, 5);
    t.after(20 * ms).wait_returned(1);
    t.take(id, 5);
    t.enter(id, "on_receive");
    t.leave(id);
  });
  add("wake_ups_arrive", true, "an acquired worker never takes its job up", [](RuleTrace& t) {
    const std::uint32_t id = t.begin("no_op", 0);
    t.end(id, 0);
    t.take(id, 0);
    worker_for(t, id, EventKind::worker_acquired);
    t.after(ms);
  });
  add("wake_ups_arrive", false, "an acquired worker takes its job up", [](RuleTrace& t) {
    const std::uint32_t id = t.begin("no_op", 0);
    t.end(id, 0);
    t.take(id, 0);
    worker_for(t, id, EventKind::worker_acquired);
    worker_for(t, id, EventKind::worker_busy);
  });
  add("wake_ups_arrive", true, "a thread waits to the end for a lock that was given back",
      [](RuleTrace& t) {
        wait_for_lock(t);
        t.after(ms).add(EventKind::note);
      });
  add("wake_ups_arrive", false, "the lock's next holder gets it", [](RuleTrace& t) {
    wait_for_lock(t);
    t.after(ms);
    t.thread_event(2, EventKind::thread_woken);
    t.lock(EventKind::lock_acquired, 2, "list");
  });
  add("wake_ups_arrive", false, "somebody else took the lock, and has it", [](RuleTrace& t) {
    wait_for_lock(t);
    t.take_lock(3, "list");
    t.after(ms).add(EventKind::note);
  });

  add("wake_ups_arrive", true, "a change without a lock is told between looking and waiting",
      [](RuleTrace& t) {
        t.take_lock(2, "queue");
        notify(t, 1, 0);
        wait_for_condition(t, 2);
      });
  add("wake_ups_arrive", false, "the next change is told to who waits", [](RuleTrace& t) {
    t.take_lock(2, "queue");
    notify(t, 1, 0);
    wait_for_condition(t, 2);
    notify(t, 1, 1);
    t.thread_event(2, EventKind::thread_woken);
  });
  add("wake_ups_arrive", false, "the change was told before it looked", [](RuleTrace& t) {
    notify(t, 1, 0);
    t.take_lock(2, "queue");
    wait_for_condition(t, 2);
  });
  add("wake_ups_arrive", false, "the change was made under the lock, and somebody else took it",
      [](RuleTrace& t) {
        t.take_lock(1, "queue");
        t.give_lock(1, "queue");
        t.take_lock(3, "queue");
        t.give_lock(3, "queue");
        t.take_lock(2, "queue");
        notify(t, 1, 0);
        wait_for_condition(t, 2);
      });

  add("locks_in_one_order", true,
      "two threads take two locks in opposite order, one after the other", [](RuleTrace& t) {
        t.take_both(1, "accounts", "log");
        t.take_both(2, "log", "accounts");
      });
  add("locks_in_one_order", true, "three threads close a circle of three locks", [](RuleTrace& t) {
    t.take_both(1, "A", "B");
    t.take_both(2, "B", "C");
    t.take_both(3, "C", "A");
  });
  add("locks_in_one_order", false, "the circle is not closed", [](RuleTrace& t) {
    t.take_both(1, "A", "B");
    t.take_both(2, "B", "C");
    t.take_both(3, "A", "C");
  });
  add("locks_in_one_order", false, "both hold a third lock that lets one in at a time",
      [](RuleTrace& t) {
        t.take_lock(1, "gate");
        t.take_both(1, "A", "B");
        t.give_lock(1, "gate");
        t.take_lock(2, "gate");
        t.take_both(2, "B", "A");
        t.give_lock(2, "gate");
      });
  add("locks_in_one_order", false, "one thread alone takes them both ways", [](RuleTrace& t) {
    t.take_both(1, "A", "B");
    t.take_both(1, "B", "A");
  });
  add("locks_in_one_order", false, "the second lock is only tried, without waiting",
      [](RuleTrace& t) {
        t.take_both(1, "A", "B");
        t.take_lock(2, "B");
        t.lock(EventKind::lock_acquired, 2, "A");
        t.give_lock(2, "A");
        t.give_lock(2, "B");
      });
  return cases;
}

}  // namespace proactor_lab::test
