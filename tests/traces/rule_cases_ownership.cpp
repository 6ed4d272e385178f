#include "tests/traces/rule_cases.hpp"

namespace proactor_lab::test {

std::vector<RuleCase> ownership_cases() {
  std::vector<RuleCase> cases;
  const auto add = [&](const char* rule, bool breaks, const char* what, auto make) {
    RuleTrace t;
    make(t, t.open("A"));
    cases.push_back({rule, what, t.finish(), breaks});
  };
  using Handle = std::uint32_t;

  add("buffers_returned", true, "the handler runs before the buffer is back",
      [](RuleTrace& t, Handle a) {
        const std::uint32_t id = t.begin("receive", a, 100);
        t.end(id, 5);
        t.of_thread(1, EventKind::completion_dequeued, id).value = 5;
        t.enter(id, "on_receive");
        t.leave(id);
      });
  add("buffers_returned", false, "a multishot operation keeps its buffer to its last completion",
      [](RuleTrace& t, Handle a) {
        const std::uint32_t id = t.begin("receive", a, 100);
        t.serve(id, 5, true);
        t.serve(id, 0);
      });

  add("handles_closed_once", true, "a receive is initiated on a closed handle",
      [](RuleTrace& t, Handle a) {
        t.close(a);
        t.serve(t.begin("receive", a), -9);
      });
  add("handles_closed_once", true, "a handle is closed a second time", [](RuleTrace& t, Handle a) {
    t.close(a);
    t.close(a);
  });
  add("handles_closed_once", false, "the descriptor is another handle's when it is closed again",
      [](RuleTrace& t, Handle a) {
        t.close(a);
        t.close(t.open("B"));
      });

  // A buffer has the number of the operation to which it was lent first.
  add("lent_buffers_untouched", true, "the program writes to what is being sent",
      [](RuleTrace& t, Handle a) {
        const std::uint32_t id = t.begin("send", a, 100);
        t.touch(id, "write");
        t.serve(id, 100);
      });
  add("lent_buffers_untouched", true, "the program reads what is being filled",
      [](RuleTrace& t, Handle a) {
        const std::uint32_t id = t.begin("receive", a, 100);
        t.touch(id, "read");
        t.serve(id, 100);
      });
  add("lent_buffers_untouched", true, "two receives fill one buffer", [](RuleTrace& t, Handle a) {
    const std::uint32_t first = t.begin("receive", a, 100);
    const std::uint32_t second = t.begin("receive", t.open("B"));
    t.lend(second, first);
    t.serve(first, 5);
    t.give_back(second, first);
    t.serve(second, 5);
  });
  add("lent_buffers_untouched", true, "a thread's own call fills a buffer that is being sent",
      [](RuleTrace& t, Handle a) {
        const std::uint32_t id = t.begin("receive", a, 100);
        Event& moved = t.of_thread(2, EventKind::bytes_moved);
        moved.buffer = id;
        moved.bytes = 10;
        moved.role = Role::application;
        t.serve(id, 100);
      });
  add("lent_buffers_untouched", false, "the program reads what is being sent",
      [](RuleTrace& t, Handle a) {
        const std::uint32_t id = t.begin("send", a, 100);
        t.touch(id, "read");
        t.serve(id, 100);
        t.touch(id, "write");
      });
  add("lent_buffers_untouched", false, "two sends say the same, out of one buffer",
      [](RuleTrace& t, Handle a) {
        const std::uint32_t first = t.begin("send", a, 100);
        const std::uint32_t second = t.begin("send", t.open("B"));
        t.lend(second, first);
        t.serve(first, 100);
        t.give_back(second, first);
        t.serve(second, 100);
      });
  add("lent_buffers_untouched", false, "the loop's thread moves the bytes for the operation itself",
      [](RuleTrace& t, Handle a) {
        const std::uint32_t id = t.begin("receive", a, 100);
        Event& moved = t.of_thread(1, EventKind::bytes_moved, id);
        moved.buffer = id;
        moved.bytes = 10;
        moved.role = Role::application;
        t.serve(id, 10);
      });

  add("cancelled_waited_for", true, "the handle is closed before the cancelled receive is over",
      [](RuleTrace& t, Handle a) {
        const std::uint32_t id = t.begin("receive", a, 100);
        t.cancel_of(id);
        t.close(a);
        t.serve(id, -125);
      });
  add("cancelled_waited_for", true, "all on a handle is cancelled, which is closed at once",
      [](RuleTrace& t, Handle a) {
        const std::uint32_t id = t.begin("receive", a, 100);
        const std::uint32_t cancel = t.begin("cancel_handle", a);
        t.close(a);
        t.serve(cancel, 1);
        t.abandon(id);
      });
  add("cancelled_waited_for", true, "the buffer of a cancelled receive is used for another",
      [](RuleTrace& t, Handle a) {
        const std::uint32_t first = t.begin("receive", a, 100);
        t.cancel_of(first);
        const std::uint32_t second = t.begin("receive", t.open("B"));
        t.lend(second, first);
        t.serve(first, -125);
        t.give_back(second, first);
        t.serve(second, 5);
      });
  add("cancelled_waited_for", true, "the buffer of a cancelled send is written to",
      [](RuleTrace& t, Handle a) {
        const std::uint32_t id = t.begin("send", a, 100);
        t.cancel_of(id);
        t.touch(id, "write");
        t.serve(id, 100);
      });
  add("cancelled_waited_for", false, "the cancelled receive is over, then the handle is closed",
      [](RuleTrace& t, Handle a) {
        const std::uint32_t id = t.begin("receive", a, 100);
        t.cancel_of(id);
        t.serve(id, -125);
        t.close(a);
      });
  add("cancelled_waited_for", false, "its completion is queued, but not handled, at the close",
      [](RuleTrace& t, Handle a) {
        const std::uint32_t id = t.begin("receive", a, 100);
        t.cancel_of(id);
        t.end(id, 5);
        t.close(a);
        t.take(id, 5);
        t.enter(id, "on_receive");
        t.leave(id);
      });
  return cases;
}

}  // namespace proactor_lab::test
