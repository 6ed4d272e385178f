#include "tests/traces/rule_cases.hpp"

namespace proactor_lab::test {

std::vector<RuleCase> stream_cases() {
  std::vector<RuleCase> cases;
  const auto add = [&](const char* rule, bool breaks, const char* what, auto make) {
    RuleTrace t;
    make(t);
    cases.push_back({rule, what, t.finish(), breaks});
  };

  add("one_write_at_a_time", true, "a second send starts while the first is in flight",
      [](RuleTrace& t) {
        const std::uint32_t a = t.open("A");
        const std::uint32_t first = t.begin("send", a);
        const std::uint32_t second = t.begin("send", a);
        t.serve(first, 100);
        t.serve(second, 100);
      });
  add("one_write_at_a_time", false, "the second send starts when the first is over",
      [](RuleTrace& t) {
        const std::uint32_t a = t.open("A");
        const std::uint32_t first = t.begin("send", a);
        const std::uint32_t second = t.initiate("send", a, 0, "on_send");
        t.end(first, 100);
        t.submit(second);
        t.start(second);
        t.take(first, 100);
        t.enter(first, "on_send");
        t.leave(first);
        t.serve(second, 100);
      });
  add("one_write_at_a_time", false, "two writes to different places of a file", [](RuleTrace& t) {
    const std::uint32_t file = t.open("copy.txt", "file");
    const std::uint32_t first = t.begin("write", file);
    const std::uint32_t second = t.begin("write", file);
    t.serve(second, 64);
    t.serve(first, 64);
  });
  add("one_write_at_a_time", false, "a chain orders them, which the recording did not see",
      [](RuleTrace& t) {
        const std::uint32_t a = t.open("A");
        t.because_of(2);
        Event& linked = t.of_thread(1, EventKind::operation_initiated, 1);
        linked.opcode = t.word("send");
        linked.handle = a;
        linked.more = true;
        const std::uint32_t first = 1;
        t.because_of(2);
        Event& next = t.of_thread(1, EventKind::operation_initiated, 2);
        next.opcode = t.word("send");
        next.handle = a;
        const std::uint32_t second = 2;
        for (const std::uint32_t id : {first, second}) {
          t.submit(id);
          t.start(id);
        }
        t.serve(first, 100);
        t.serve(second, 100);
      });

  const auto end_of_accept = [](RuleTrace& t, std::uint32_t listener) {
    const std::uint32_t accept = t.begin("accept", listener);
    t.wait();
    t.serve(accept, 7, true);
    t.serve(accept, 8);
  };
  add("multishot_rearmed", true, "an accept ends, and the loop waits with nobody listening",
      [&](RuleTrace& t) {
        end_of_accept(t, t.open("listener", "listener"));
        t.wait();
      });
  add("multishot_rearmed", true, "a receive ran out of buffers and is not started again",
      [](RuleTrace& t) {
        const std::uint32_t a = t.open("A");
        const std::uint32_t receive = t.begin("receive", a);
        t.serve(receive, 5, true);
        t.serve(receive, -105);
        t.wait();
        t.close(a);
      });
  add("multishot_rearmed", false, "another accept follows a wait later", [&](RuleTrace& t) {
    const std::uint32_t listener = t.open("listener", "listener");
    end_of_accept(t, listener);
    t.wait();
    t.abandon(t.begin("accept", listener));
  });
  add("multishot_rearmed", false, "the listener is closed", [&](RuleTrace& t) {
    const std::uint32_t listener = t.open("listener", "listener");
    end_of_accept(t, listener);
    const std::uint32_t close = t.begin("close", listener);
    t.wait();
    t.close(listener);
    t.serve(close, 0);
  });
  add("multishot_rearmed", false, "the accept was cancelled", [&](RuleTrace& t) {
    const std::uint32_t accept = t.begin("accept", t.open("listener", "listener"));
    t.serve(accept, 7, true);
    t.cancel_of(accept);
    t.serve(accept, 8);
    t.wait();
  });
  add("multishot_rearmed", false, "the stream has ended", [](RuleTrace& t) {
    const std::uint32_t receive = t.begin("receive", t.open("A"));
    t.serve(receive, 5, true);
    t.serve(receive, 0);
    t.wait();
  });
  add("multishot_rearmed", false, "the program stops there",
      [&](RuleTrace& t) { end_of_accept(t, t.open("listener", "listener")); });
  return cases;
}

}  // namespace proactor_lab::test
