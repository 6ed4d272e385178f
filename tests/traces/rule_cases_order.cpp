#include "tests/traces/rule_cases.hpp"

namespace proactor_lab::test {

std::vector<RuleCase> order_cases() {
  std::vector<RuleCase> cases;
  const auto add = [&](const char* rule, bool breaks, const char* what, auto make) {
    RuleTrace t;
    make(t);
    cases.push_back({rule, what, t.finish(), breaks});
  };

  add("completes_once", true, "a receive is initiated under a number that is under way",
      [](RuleTrace& t) {
        const std::uint32_t a = t.open("A");
        const std::uint32_t id = t.begin("receive", a);
        Event& again = t.of_thread(1, EventKind::operation_initiated, id);
        again.opcode = t.word("receive");
        t.submit(id);
        t.start(id);
        t.serve(id, 5);
      });
  add("completes_once", false, "a multishot accept completes three times", [](RuleTrace& t) {
    const std::uint32_t accept = t.begin("accept", t.open("listener", "listener"));
    t.serve(accept, 7, true);
    t.serve(accept, 8, true);
    t.cancel_of(accept);
    t.serve(accept, -125);
  });

  add("operations_complete", true, "a receive is in flight when the run ends",
      [](RuleTrace& t) { t.begin("receive", t.open("A")); });
  add("operations_complete", false, "it is abandoned with the proactor",
      [](RuleTrace& t) { t.abandon(t.begin("receive", t.open("A"))); });

  add("handler_after_completion", true, "a handler runs while its operation is in flight",
      [](RuleTrace& t) {
        const std::uint32_t id = t.begin("receive", t.open("A"));
        t.enter(id, "on_receive");
        t.leave(id);
        t.abandon(t.begin("receive", 1));
      });
  add("handler_after_completion", false, "what its chain cancels was never started",
      [](RuleTrace& t) {
        const std::uint32_t id = t.initiate("send", t.open("A"), 0, "on_send");
        t.submit(id);
        t.serve(id, -125);
      });

  add("cause_before_effect", true, "a note names itself as its cause",
      [](RuleTrace& t) { t.because_of(3).add(EventKind::note); });
  add("cause_before_effect", false, "a note names the first event as its cause",
      [](RuleTrace& t) { t.because_of(1).add(EventKind::note); });

  add("sequence_complete", true, "a line is not in the file",
      [](RuleTrace& t) { t.add(EventKind::events_lost).text = t.word("missing from the file"); });
  add("sequence_complete", false, "the run said no more, past its event limit",
      [](RuleTrace& t) { t.add(EventKind::events_lost).text = t.word("event limit"); });
  return cases;
}

}  // namespace proactor_lab::test
