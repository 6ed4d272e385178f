// A run and an event explained in words: what is said, how long it may get, and that a trace cannot
// break it.
#include "traces/explain/explanation.hpp"

#include <algorithm>
#include <string>

#include "tests/support/catch.hpp"
#include "tests/support/figure_checks.hpp"
#include "tests/support/trace_builder.hpp"
#include "traces/model/choice_words.hpp"

using namespace proactor_lab;

namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::size_t lines_of(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

std::uint32_t seq_of(const Trace& trace, EventKind kind, std::uint32_t operation) {
  for (const Event& event : trace.events) {
    if (event.kind == kind && event.operation == operation) return event.seq;
  }
  return 0;
}

}  // namespace

TEST_CASE("a run's explanation names its operations, its slowest, its peaks") {
  const Trace trace = test::echo_of_two();
  const std::string text = explain_run(Model(trace));
  CHECK(contains(text, "echo_server on sim"));
  CHECK(contains(text, "2 connections"));
  CHECK(contains(text, "1 cancelled"));
  CHECK(contains(text, "Slowest: "));
  CHECK(contains(text, "2 completions in the queue"));
  CHECK(contains(text, "Nothing is hidden"));
}

TEST_CASE("an operation whose handler never returned is told, with its state") {
  test::TraceBuilder b;
  const std::uint32_t stream = b.open("A");
  const std::uint32_t receive = b.initiate("receive", stream, 64, "on_receive");
  b.submit(receive);
  b.start(receive);
  b.after(5'000'000);
  const Trace trace = b.finish();
  const std::string text = explain_run(Model(trace));
  CHECK(contains(text, "1 operation not through when the run ended:"));
  CHECK(contains(text, "receive #1 on A: in flight, asked for 5 ms before the end"));
}

TEST_CASE("percentiles are of the nearest rank") {
  test::TraceBuilder b;
  const std::uint32_t stream = b.open("A");
  for (int i = 1; i <= 100; ++i) {
    const std::uint32_t receive = b.initiate("receive", stream, 0, "on_receive");
    b.submit(receive);
    b.start(receive);
    b.after(i * 1'000'000);
    b.complete(receive, 1);
  }
  const Trace trace = b.finish();
  CHECK(
      contains(explain_run(Model(trace)), "  receive            100  50 ms  90 ms  99 ms  100 ms"));
}

TEST_CASE("waiting in the queue is explained by the handlers that ran meanwhile") {
  test::TraceBuilder b;
  const std::uint32_t stream = b.open("A");
  const std::uint32_t first = b.initiate("receive", stream, 0, "on_first");
  const std::uint32_t second = b.initiate("receive", stream, 0, "on_second");
  for (const std::uint32_t each : {first, second}) {
    b.submit(each);
    b.start(each);
    b.complete(each, 1);
    b.queue(each);
  }
  b.dequeue(first);
  b.enter(first, "on_first");
  b.after(7'000'000).leave(first);
  b.dequeue(second);
  b.enter(second, "on_second");
  const Trace trace = b.finish();
  const std::string text =
      explain_event(Model(trace), seq_of(trace, EventKind::handler_entered, second));
  CHECK(contains(text, "7 ms passed: in the queue, behind on_first (7 ms)"));
  CHECK(contains(text, "7 ms in the completion event queue: behind on_first (7 ms)"));
}

TEST_CASE("a receive's wait is explained by what it waited for, however far that had come") {
  const Trace trace = test::echo_of_two();
  const Model model(trace);
  const std::string text = explain_event(model, seq_of(trace, EventKind::operation_completed, 4));
  CHECK(contains(text, "30 µs passed: on its way through the network"));
  CHECK(contains(text, "Its operation, receive #4 on B, was asked for by on_accept"));
  CHECK(contains(text, "until this had come: Client B sends 5 bytes."));
  // The other one was ended by the program itself.
  CHECK(contains(explain_event(model, seq_of(trace, EventKind::completion_queued, 2)),
                 "in the system"));
}

TEST_CASE("the choices on the way are told with the answers that were not given") {
  test::TraceBuilder b;
  const std::uint32_t stream = b.open("A");
  const std::uint32_t receive = b.initiate("receive", stream, 64, "on_receive");
  b.submit(receive);
  b.start(receive);
  b.after(1'000'000);
  Event& choice = b.add(EventKind::choice_made);
  choice.cause = 1;
  choice.label = b.word("bytes_transferred");
  choice.value = 1;
  choice.options = 3;
  b.move(receive, 32);
  b.complete(receive, 32);
  const Trace trace = b.finish();
  const std::string text =
      explain_event(Model(trace), seq_of(trace, EventKind::operation_completed, receive));
  CHECK(contains(text, "A choice of 3: how many bytes a transfer moves; half of the bytes."));
  CHECK(contains(text, "or else: all of the bytes\n"));
  CHECK(contains(text, "or else: one byte\n"));
}

TEST_CASE("who waits for a lock is told who holds it, and after it who held it") {
  test::TraceBuilder b;
  const auto lock = [&](EventKind kind, std::uint16_t thread) -> Event& {
    Event& event = b.add(kind);
    event.thread = thread;
    event.label = b.word("ledger");
    return event;
  };
  b.thread_started("teller");
  lock(EventKind::lock_requested, 1);
  lock(EventKind::lock_acquired, 1);
  b.on(2).thread_started("auditor");
  lock(EventKind::lock_requested, 2);
  b.block("lock");
  const std::uint32_t blocked = b.last();
  b.after(3'000'000);
  lock(EventKind::lock_released, 1);
  b.because_of(blocked).wake();
  const std::uint32_t woken = b.last();
  const Trace trace = b.finish();
  const Model model(trace);
  CHECK(
      contains(explain_event(model, blocked), "It waits for lock ledger, held by thread teller."));
  CHECK(contains(explain_event(model, woken),
                 "3 ms passed: it waited for lock ledger, held by thread teller"));
}

TEST_CASE("a cancel's answers are counted from how far the operation is gone") {
  CHECK(words_of_answer("cancel_reach", 0, 5) == "it is cancelled");
  CHECK(contains(std::string(words_of_answer("cancel_reach", 1, 2)), "ENOENT"));
  CHECK(words_of_answer("cancel_reach", 2, 2).empty());
  CHECK(words_of_answer("bytes_transferred", 0, 9).empty());
  CHECK(words_of_answer("unheard_of", 0, 2).empty());
}

TEST_CASE("an explanation has 40 lines at most and no control characters, whatever the trace") {
  for (unsigned seed = 1; seed <= 40; ++seed) {
    const Trace tame = test::nonsense(seed, 400);
    Trace trace;
    trace.header = tame.header;
    for (const Event& each : tame.events) {
      Event event = each;
      for (StringId Event::*text : {&Event::opcode, &Event::label, &Event::text}) {
        event.*text = trace.strings.keep(std::string(tame.text(each.*text)) + "\n\x1b[2J");
      }
      trace.events.push_back(event);
    }
    const Model model(trace);
    const std::string run = explain_run(model);
    INFO(run);
    CHECK(lines_of(run) <= 40);
    CHECK(run.find('\x1b') == std::string::npos);
    for (std::uint32_t seq = 1; seq <= model.event_count(); seq += 7) {
      const std::string text = explain_event(model, seq);
      INFO(text);
      CHECK(lines_of(text) <= 40);
      CHECK(text.find('\x1b') == std::string::npos);
    }
  }
}
