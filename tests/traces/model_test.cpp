#include "traces/model/model.hpp"

#include <set>

#include "tests/support/catch.hpp"
#include "tests/support/figure_checks.hpp"
#include "tests/support/trace_builder.hpp"

namespace proactor_lab {

using test::TraceBuilder;

namespace {

/// One operation from initiation to its handler's return.
Trace one_operation(std::string_view opcode, std::int64_t asked, std::int64_t result) {
  TraceBuilder b;
  b.thread_started("main");
  std::uint32_t stream = b.open("A");
  std::uint32_t operation = b.initiate(opcode, stream, asked, "on_done");
  b.wait();
  b.submit(operation);
  b.start(operation);
  b.after(1000).complete(operation, result);
  b.queue(operation);
  b.wait_returned(1);
  b.dequeue(operation);
  b.enter(operation, "on_done");
  b.after(500).leave(operation);
  return b.finish();
}

Outcome outcome_of(std::string_view opcode, std::int64_t asked, std::int64_t result) {
  Trace trace = one_operation(opcode, asked, result);
  Model model(trace);
  return model.outcome(model.operations().front());
}

std::uint32_t seq_of(const Trace& trace, EventKind kind) {
  for (const Event& event : trace.events) {
    if (event.kind == kind) return event.seq;
  }
  return 0;
}

}  // namespace

TEST_CASE("an operation goes through its states one event after the other") {
  Trace trace = one_operation("receive", 4096, 5);
  Model model(trace);
  REQUIRE(model.operations().size() == 1);
  const OperationRecord& operation = model.operations().front();
  auto after = [&](EventKind kind) { return model.state_at(operation, seq_of(trace, kind)); };
  CHECK(model.state_at(operation, 0) == OperationState::none);
  CHECK(after(EventKind::operation_initiated) == OperationState::initiated);
  CHECK(after(EventKind::operation_submitted) == OperationState::submitted);
  CHECK(after(EventKind::operation_started) == OperationState::in_flight);
  CHECK(after(EventKind::operation_completed) == OperationState::completed);
  CHECK(after(EventKind::completion_queued) == OperationState::queued);
  CHECK(after(EventKind::completion_dequeued) == OperationState::queued);
  CHECK(after(EventKind::handler_entered) == OperationState::handling);
  CHECK(after(EventKind::handler_exited) == OperationState::done);
}

TEST_CASE("an outcome is judged by what was asked") {
  CHECK(outcome_of("receive", 4096, 5) == Outcome::ok);
  CHECK(outcome_of("send", 5, 5) == Outcome::ok);
  CHECK(outcome_of("send", 5, 3) == Outcome::short_transfer);
  CHECK(outcome_of("receive", 4096, 0) == Outcome::end_of_stream);
  CHECK(outcome_of("receive", 4096, -125) == Outcome::cancelled);
  CHECK(outcome_of("receive", 4096, -104) == Outcome::error);
  CHECK(outcome_of("timer", 0, -62) == Outcome::ok);
  CHECK(outcome_of("timer", 0, -125) == Outcome::cancelled);
  CHECK(outcome_of("connect", 0, 0) == Outcome::ok);
}

TEST_CASE("the queue's depth and what is in flight follow from what enters and leaves") {
  Trace trace = one_operation("receive", 4096, 5);
  Model model(trace);
  CHECK(model.queue_depth_at(0) == 0);
  CHECK(model.in_flight_at(seq_of(trace, EventKind::operation_submitted)) == 0);
  CHECK(model.in_flight_at(seq_of(trace, EventKind::operation_started)) == 1);
  CHECK(model.in_flight_at(seq_of(trace, EventKind::operation_completed)) == 0);
  CHECK(model.queue_depth_at(seq_of(trace, EventKind::completion_queued)) == 1);
  CHECK(model.queue_depth_at(seq_of(trace, EventKind::completion_dequeued)) == 0);
  CHECK(model.queue_depth_at(UINT32_MAX) == 0);
}

TEST_CASE("an operation knows in whose handler it was initiated") {
  Trace trace = test::echo_of_two();
  Model model(trace);
  CHECK(model.operation(1)->initiated_in == 0);
  CHECK(model.operation(2)->initiated_in == 1);
  CHECK(model.operation(2)->cancel_requested != 0);
  CHECK(model.operation(7)->target == 2);
}

TEST_CASE("a thread's spans follow each other without gaps") {
  for (const Trace& trace : {test::echo_of_two(), test::three_threads()}) {
    Model model(trace);
    for (const ThreadRecord& thread : model.threads()) {
      REQUIRE_FALSE(thread.spans.empty());
      for (std::size_t i = 1; i < thread.spans.size(); ++i) {
        CHECK(thread.spans[i].from_ns == thread.spans[i - 1].to_ns);
        CHECK(thread.spans[i].from_seq == thread.spans[i - 1].to_seq);
      }
      CHECK(thread.spans.back().to_seq >= thread.spans.back().from_seq);
    }
  }
}

TEST_CASE("a thread waits in its wait and runs in a handler, for the handler's connection") {
  Trace trace = one_operation("receive", 4096, 5);
  Model model(trace);
  const ThreadRecord& thread = model.threads().front();
  CHECK(model.activity_at(thread, 0) == ThreadActivity::none);
  CHECK(model.activity_at(thread, seq_of(trace, EventKind::operation_initiated)) ==
        ThreadActivity::running);
  CHECK(model.activity_at(thread, seq_of(trace, EventKind::operation_started)) ==
        ThreadActivity::blocked_io);
  CHECK(model.activity_at(thread, seq_of(trace, EventKind::handler_entered)) ==
        ThreadActivity::running);
  auto handles = [](const ThreadSpan& span) { return span.handle == 1; };
  CHECK(std::any_of(thread.spans.begin(), thread.spans.end(), handles));
}

TEST_CASE("a blocked thread says why") {
  Trace trace = test::three_threads();
  Model model(trace);
  REQUIRE(model.threads().size() == 3);
  CHECK(model.threads()[1].spans[1].activity == ThreadActivity::runnable);
  CHECK(model.threads()[1].switches == 1);
  CHECK(model.threads()[0].spans.back().activity == ThreadActivity::none);
}

TEST_CASE("names are those that a person would use") {
  Trace trace = test::echo_of_two();
  Model model(trace);
  CHECK(model.name_of_operation(2) == "receive #2 on A");
  CHECK(model.name_of_operation(7) == "cancel #7 on A of #2");
  CHECK(model.name_of_operation(99) == "#99");
  CHECK(model.name_of_handle(1) == "listener");
  CHECK(model.name_of_handle(77) == "handle 77");
  CHECK(model.letter_of_handle(1).empty());
  CHECK(model.letter_of_handle(2) == "A");
}

TEST_CASE("every event has a sentence") {
  Trace trace = test::echo_of_two();
  Model model(trace);
  for (const Event& event : trace.events) {
    std::string sentence = model.sentence(event.seq);
    INFO(sentence);
    REQUIRE_FALSE(sentence.empty());
    CHECK(sentence.back() == '.');
  }
  CHECK(model.sentence(0).empty());
  CHECK(model.sentence(model.event_count() + 1).empty());
}

TEST_CASE("durations have three digits at most, in the largest fitting unit") {
  CHECK(format_duration(0) == "0 ns");
  CHECK(format_duration(999) == "999 ns");
  CHECK(format_duration(53'100) == "53.1 µs");
  CHECK(format_duration(2'000'000) == "2 ms");
  CHECK(format_duration(1'250'000'000) == "1.25 s");
  CHECK(format_duration(19'800'000) == "19.8 ms");
  CHECK(format_duration(999'999) == "1 ms");
  CHECK(format_duration(123'456) == "123 µs");
  CHECK(format_duration(-2'000) == "-2 µs");
  CHECK(format_duration(3'600'000'000'000) == "3600 s");
  CHECK_FALSE(format_duration(INT64_MAX).empty());
  CHECK_FALSE(format_duration(INT64_MIN).empty());
}

TEST_CASE("a chain of causes leads back to the start and never in circles") {
  Trace trace = test::echo_of_two();
  Model model(trace);
  std::vector<std::uint32_t> chain = model.chain_of_causes(model.operation(6)->entered);
  REQUIRE(chain.size() > 3);
  CHECK(chain.front() == model.operation(6)->entered);
  CHECK(chain.back() == 1);
  trace = changed(trace, [](Event& event, StringPool&) {
    if (event.seq == 5) event.cause = 5;  // its own cause
    if (event.seq == 6) event.cause = 8;  // caused by its own effect
  });
  Model broken(trace);
  for (std::uint32_t seq = 1; seq <= broken.event_count(); ++seq) {
    CHECK(broken.chain_of_causes(seq).size() <= seq);
  }
}

TEST_CASE("a long label's letter is a whole one, whatever its alphabet") {
  TraceBuilder b;
  const std::uint32_t latin = b.open("upstream");
  const std::uint32_t greek = b.open("\xCE\xB1\xCE\xB2\xCE\xB3");
  Trace trace = b.finish();
  Model model(trace);
  CHECK(model.letter_of_handle(latin) == "u");
  CHECK(model.letter_of_handle(greek) == "\xCE\xB1");
}

TEST_CASE("the last event at a time is the last of those that share it") {
  Trace trace = test::echo_of_two();
  Model model(trace);
  CHECK(model.last_event_at(-1) == 0);
  CHECK(model.last_event_at(model.end_ns()) == model.event_count());
  std::uint32_t seq = model.last_event_at(1000);
  CHECK(model.event(seq).time_ns <= 1000);
  CHECK(model.event(seq + 1).time_ns > 1000);
}

TEST_CASE("the median stay in a state counts only what had happened") {
  Trace trace = one_operation("receive", 4096, 5);
  Model model(trace);
  std::uint32_t completed = seq_of(trace, EventKind::operation_completed);
  CHECK_FALSE(model.median_dwell_at(OperationState::in_flight, completed - 1).has_value());
  CHECK(model.median_dwell_at(OperationState::in_flight, completed) == 1000);
  CHECK(model.median_dwell_at(OperationState::handling, model.event_count()) == 500);
}

TEST_CASE("a life index finds what a search through all would find") {
  std::vector<LifeIndex::Life> lives;
  std::mt19937 random(7);
  for (std::uint32_t born = 0; born < 9000; born += static_cast<std::uint32_t>(random() % 3)) {
    const bool goes_on = random() % 50 == 0;
    lives.push_back(
        {born, goes_on ? UINT32_MAX : born + static_cast<std::uint32_t>(random() % 900)});
  }
  const LifeIndex index(lives);
  for (std::uint32_t from = 0; from < 10'000; from += 97) {
    const std::uint32_t to = from + static_cast<std::uint32_t>(random() % 20);
    std::vector<std::uint32_t> expected;
    for (std::uint32_t i = 0; i < lives.size(); ++i) {
      if (lives[i].born <= to && lives[i].died >= from) expected.push_back(i);
    }
    CHECK(index.overlapping(from, to) == expected);
  }
  CHECK(LifeIndex().overlapping(0, 10).empty());
}

TEST_CASE("a snapshot is what one finds by playing the run up to its moment") {
  Trace trace = test::echo_of_two();
  Model model(trace);
  int depth = 0;
  int in_flight = 0;
  for (const Event& event : trace.events) {
    depth += event.kind == EventKind::completion_queued;
    depth -= event.kind == EventKind::completion_dequeued;
    in_flight += event.kind == EventKind::operation_started;
    in_flight -= event.kind == EventKind::operation_completed;
    const Snapshot snapshot = model.snapshot_at(event.seq);
    CHECK(snapshot.time_ns == event.time_ns);
    CHECK(snapshot.queue_depth == static_cast<std::uint32_t>(depth));
    CHECK(snapshot.in_flight == static_cast<std::uint32_t>(in_flight));
    std::array<std::uint32_t, operation_state_count> expected{};
    for (const OperationRecord& operation : model.operations()) {
      ++expected[static_cast<std::size_t>(model.state_at(operation, event.seq))];
    }
    for (std::size_t state = 1; state < expected.size(); ++state) {
      CHECK(snapshot.operations[state] == expected[state]);
    }
  }
}

TEST_CASE("what a chain of causes or one thread orders happened before, and nothing else") {
  const Trace trace = test::three_threads();
  const Model model(trace);
  // By brute force: all events that can be reached backwards.
  for (std::uint32_t later = 1; later <= model.event_count(); ++later) {
    std::vector<bool> past(later + 1);
    past[later] = true;
    for (std::uint32_t seq = later; seq >= 1; --seq) {
      if (!past[seq]) continue;
      const Event event = model.event(seq);
      if (event.cause != 0) past[event.cause] = true;
      for (std::uint32_t before = seq - 1; before >= 1 && event.thread != 0; --before) {
        if (model.event(before).thread != event.thread) continue;
        past[before] = true;
        break;
      }
    }
    for (std::uint32_t earlier = 1; earlier < later; ++earlier) {
      CHECK(model.happened_before(earlier, later) == past[earlier]);
    }
    CHECK_FALSE(model.happened_before(later, later));
  }
  CHECK_FALSE(model.happened_before(0, 1));
  CHECK_FALSE(model.happened_before(1, model.event_count() + 1));
}

TEST_CASE("an id from a file never decides how much memory is taken") {
  TraceBuilder b;
  b.add(EventKind::operation_initiated, UINT32_MAX).handle = UINT32_MAX - 1;
  b.add(EventKind::handle_opened).handle = UINT32_MAX - 1;
  b.add(EventKind::operation_started, UINT32_MAX);
  Trace trace = b.finish();
  Model model(trace);
  REQUIRE(model.operation(UINT32_MAX) != nullptr);
  CHECK(model.handle(UINT32_MAX - 1) != nullptr);
  CHECK(model.operation(12) == nullptr);
}

TEST_CASE("a trace without its beginning still has operations, threads and states") {
  Trace whole = test::echo_of_two();
  Trace tail;
  tail.strings = {};
  for (std::size_t i = 40; i < whole.events.size(); ++i) {
    Event event = whole.events[i];
    event.seq = static_cast<std::uint32_t>(tail.events.size() + 1);
    event.cause = 0;
    event.opcode = event.label = event.text = event.file = no_string;
    tail.events.push_back(event);
  }
  Model model(tail);
  CHECK_FALSE(model.operations().empty());
  CHECK_FALSE(model.threads().empty());
  for (std::uint32_t seq = 1; seq <= model.event_count(); ++seq) model.sentence(seq);
}

TEST_CASE("nonsense makes a model that answers") {
  for (std::uint32_t seed = 1; seed <= 30; ++seed) {
    Trace trace = test::nonsense(seed, 300);
    Model model(trace);
    for (std::uint32_t seq = 0; seq <= model.event_count() + 1; ++seq) {
      model.sentence(seq);
      model.chain_of_causes(seq);
      model.queue_depth_at(seq);
      for (const OperationRecord& operation : model.operations()) model.state_at(operation, seq);
    }
    CHECK(model.operations_between(1, model.event_count()).size() <= model.operations().size());
  }
}

TEST_CASE("an empty trace makes an empty model") {
  Trace trace;
  Model model(trace);
  CHECK(model.event_count() == 0);
  CHECK(model.start_ns() == 0);
  CHECK(model.last_event_at(5) == 0);
  CHECK(model.chain_of_causes(1).empty());
}

}  // namespace proactor_lab
