// How two runs are compared in words.
#include "traces/explain/comparison.hpp"

#include <algorithm>

#include "tests/support/catch.hpp"
#include "tests/support/trace_builder.hpp"

using namespace proactor_lab;
using test::TraceBuilder;

namespace {

/// A run with one receive. The members are what the test cases change.
struct Run {
  std::int64_t answer = 0;
  std::int64_t bytes = 5;
  std::int64_t arrives_ns = 1000;
  bool fault = false;
  int sends = 0;
  std::string note = "ready";
};

Trace trace_of(const Run& run) {
  TraceBuilder b("one_read");
  b.thread_started("main");
  const std::uint32_t a = b.open("A");
  Event& choice = b.add(EventKind::choice_made);
  choice.label = b.word("who is first");
  choice.value = run.answer;
  choice.options = 3;
  b.add(EventKind::note).text = b.word(run.note);
  const auto serve = [&](std::uint32_t id, std::int64_t result) {
    b.complete(id, result);
    b.queue(id);
    b.dequeue(id);
    b.enter(id, "on_it");
    b.leave(id);
  };
  const std::uint32_t receive = b.initiate("receive", a, 100, "on_receive");
  b.submit(receive);
  b.start(receive);
  if (run.fault) {
    Event& fault = b.add(EventKind::fault_injected);
    fault.label = b.word("connection cut");
    fault.handle = a;
  }
  b.after(run.arrives_ns);
  serve(receive, run.bytes);
  for (int i = 0; i < run.sends; ++i) {
    const std::uint32_t send = b.initiate("send", a, 0, "on_send");
    b.submit(send);
    b.start(send);
    serve(send, 5);
  }
  return b.finish();
}

Comparison compared(const Run& a, const Run& b, bool ignore_times = false) {
  const Trace trace_a = trace_of(a);
  const Trace trace_b = trace_of(b);
  return compare_runs(Model(trace_a), Model(trace_b), {.ignore_times = ignore_times});
}

bool says(const Comparison& comparison, const std::string& words) {
  UNSCOPED_INFO(comparison.text);
  return comparison.text.find(words) != std::string::npos;
}

}  // namespace

TEST_CASE("a run is the same as itself", "[compare]") {
  const Comparison comparison = compared({}, {});
  CHECK(comparison.same);
  CHECK(says(comparison, "All events are the same."));
}

TEST_CASE("the first divergence is named with both sides and the fields", "[compare]") {
  const Comparison comparison = compared({}, {.bytes = 4});
  CHECK_FALSE(comparison.same);
  CHECK(says(comparison, "They part at event #10, in result; all before it is the same."));
  CHECK(says(comparison, "  A at 1 µs: "));
  CHECK(says(comparison, "  B at 1 µs: "));
  CHECK(says(comparison,
             "Operations with another result: 1\n  receive on A, number 1: A result 5 "
             "(#6), B result 4 (#6)"));
}

TEST_CASE("a choice answered differently is told as the cause", "[compare]") {
  const Comparison comparison = compared({}, {.answer = 2});
  CHECK(says(comparison,
             "Choices answered differently: 1\n  \"who is first\", number 1: A 0 of 3 "
             "(#4), B 2 of 3 (#4)"));
  CHECK_FALSE(says(comparison, "another result"));
}

TEST_CASE("faults and operations of one run only are told", "[compare]") {
  const Comparison comparison = compared({}, {.fault = true, .sends = 2});
  CHECK(says(comparison, "Faults in one run only: 1\n  connection cut on A"));
  CHECK(says(comparison, "send on A: A 0, B 2; the first is B #"));
}

TEST_CASE("times can be ignored", "[compare]") {
  const Comparison comparison = compared({}, {.arrives_ns = 3000});
  CHECK_FALSE(comparison.same);
  CHECK(says(comparison, "in time_ns"));
  CHECK(says(comparison,
             "Different only in their time: 1; most of all receive on A, number 1, at 1 "
             "µs and at 3 µs"));
  CHECK(compared({}, {.arrives_ns = 3000}, true).same);
  CHECK_FALSE(compared({}, {.bytes = 4, .arrives_ns = 3000}, true).same);
}

TEST_CASE("a run that ends earlier parts there", "[compare]") {
  Trace trace = trace_of({});
  Trace longer = trace_of({});
  longer.events.push_back(longer.events.back());
  const Comparison comparison = compare_runs(Model(trace), Model(longer));
  CHECK_FALSE(comparison.same);
  CHECK(says(comparison, "A has ended"));
}

TEST_CASE("where nothing but words differ, the comparison still does not call it the same",
          "[compare]") {
  const Comparison comparison = compared({}, {.note = "steady"});
  CHECK_FALSE(comparison.same);
  CHECK(says(comparison, "in text"));
}

TEST_CASE("runs that differ in everything fit a page", "[compare]") {
  const auto noisy = [](int salt) {
    TraceBuilder b("noisy");
    for (int i = 0; i < 50; ++i) {
      const std::string name = "x" + std::to_string(i + salt);
      const std::uint32_t handle = b.open(name);
      Event& choice = b.add(EventKind::choice_made);
      choice.label = b.word("q" + std::to_string(i));
      choice.value = salt;
      b.add(EventKind::choice_made).label = b.word(name);
      Event& fault = b.add(EventKind::fault_injected);
      fault.label = b.word(name);
      const std::uint32_t id = b.initiate("receive", handle, 0, "h");
      b.complete(id, salt);
      b.complete(b.initiate("no_op", 0, 0, "h"), salt);
      b.client_sent("c" + std::to_string(i), handle, 5 + salt);
      b.client_sent(name + std::string(1000, 'y') + "\n", handle, 5);
      b.after(10 + salt);
      b.complete(b.initiate("timer", 0, 0, "h"), 0);
    }
    return b.finish();
  };
  const Trace a = noisy(0);
  const Trace b = noisy(100);
  const std::string text = compare_runs(Model(a), Model(b)).text;
  INFO(text);
  CHECK(std::count(text.begin(), text.end(), '\n') <= 39);  // plab adds one line
}
