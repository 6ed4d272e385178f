// Facts of several threads become one trace in which no effect comes before its cause.
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/catch.hpp"
#include "traces/recording/memory_recorder.hpp"

using namespace proactor_lab;

namespace {

Trace trace_of(MemoryRecorder& recorder) {
  Trace trace;
  TraceBuilder builder(trace);
  FactExpander expander({}, trace.strings, builder);
  expander.start(0, "test", "none");
  recorder.replay(expander);
  expander.finish(0, "finished");
  return trace;
}

std::vector<std::string> notes_of(const Trace& trace) {
  std::vector<std::string> notes;
  for (const Event& event : trace.events) {
    if (event.kind == EventKind::note) notes.push_back(std::string(trace.text(event.text)));
  }
  return notes;
}

}  // namespace

TEST_CASE("two threads that hand over to each other leave their facts in turn") {
  MemoryRecorder recorder;
  constexpr int rounds = 20'000;
  std::atomic<int> turn = 0;
  std::atomic<std::int64_t> handed_over_at = 0;
  const auto await = [&](int number) {
    while (turn.load(std::memory_order_acquire) != number) std::this_thread::yield();
    recorder.stamp_after(handed_over_at.load(std::memory_order_relaxed));
  };
  const auto hand_over = [&](int number) {
    handed_over_at.store(recorder.stamp(), std::memory_order_relaxed);
    turn.store(number + 1, std::memory_order_release);
  };
  std::thread other([&] {
    for (int round = 0; round < rounds; ++round) {
      await(2 * round + 1);
      recorder.record_elsewhere({.extra = fact_text("pong"), .kind = FactKind::note});
      hand_over(2 * round + 1);
    }
  });
  for (int round = 0; round < rounds; ++round) {
    await(2 * round);
    recorder.record({.extra = fact_text("ping"), .thread = 1, .kind = FactKind::note});
    hand_over(2 * round);
  }
  other.join();
  const std::vector<std::string> notes = notes_of(trace_of(recorder));
  REQUIRE(notes.size() == 2 * rounds);
  bool in_turn = true;
  for (std::size_t i = 0; i < notes.size(); ++i) {
    in_turn = in_turn && notes[i] == (i % 2 == 0 ? "ping" : "pong");
  }
  CHECK(in_turn);
}

TEST_CASE("each thread has a lane and a number of its own, in the order of adoption") {
  MemoryRecorder recorder;
  CHECK(recorder.adopt_this_thread("first") == 2);
  std::uint16_t second = 0;
  std::thread([&] { second = recorder.adopt_this_thread("second"); }).join();
  CHECK(second == 3);
  // A thread that was not adopted explicitly is adopted when it first records.
  std::thread([&] { recorder.record_elsewhere({.kind = FactKind::note}); }).join();
  std::vector<std::string> started;
  const Trace trace = trace_of(recorder);
  for (const Event& event : trace.events) {
    if (event.kind != EventKind::thread_started) continue;
    started.push_back(std::to_string(event.thread) + " " + std::string(trace.text(event.label)));
  }
  CHECK(started == std::vector<std::string>{"2 first", "3 second", "4 guest"});
}

TEST_CASE("a simulated thread's facts wait for their moment, and causes keep pointing right") {
  Instant now{};
  MemoryRecorder recorder(&now);
  const auto note = [&](const char* text) {
    return Fact{.extra = fact_text(text), .kind = FactKind::note};
  };
  const std::uint16_t thread = recorder.adopt_this_thread("worker 1");
  Instant ahead = now + Duration{100};
  recorder.enter_simulated_thread(thread, &ahead);
  recorder.record_elsewhere(note("at 100"));
  recorder.leave_simulated_thread();
  now += Duration{50};
  const FactIndex at_50 = recorder.record(note("at 50"));
  now += Duration{100};
  Fact caused = note("at 150");
  caused.cause = at_50;
  recorder.record(caused);

  const Trace trace = trace_of(recorder);
  CHECK(notes_of(trace) == std::vector<std::string>{"at 50", "at 100", "at 150"});
  const Event& last = trace.events[trace.events.size() - 2];
  CHECK(trace.text(trace.find(last.cause)->text) == "at 50");
}

TEST_CASE("stamps become the time that CLOCK_MONOTONIC showed, and never go back") {
  FactClock clock;
  struct Reading {
    std::int64_t before_ns, stamp, after_ns;
  };
  std::vector<Reading> readings;
  for (int i = 0; i < 1000; ++i) {
    const std::int64_t before = FactClock::monotonic_ns();
    const std::int64_t stamp = FactClock::read();
    readings.push_back({before, stamp, FactClock::monotonic_ns()});
  }
  clock.observe();
  constexpr std::int64_t tolerance_ns = 20'000;  // the two clocks are read one after the other
  std::int64_t last_ns = 0;
  for (const Reading& reading : readings) {
    const std::int64_t ns = clock.to_monotonic_ns(reading.stamp);
    CHECK(ns >= reading.before_ns - tolerance_ns);
    CHECK(ns <= reading.after_ns + tolerance_ns);
    CHECK(ns >= last_ns);
    last_ns = ns;
  }
}
