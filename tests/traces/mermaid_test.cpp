// Traces as Mermaid source.
#include "traces/export/mermaid.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/figure_checks.hpp"
#include "tests/support/mermaid_checks.hpp"
#include "tests/support/trace_builder.hpp"
#include "traces/export/mermaid_text.hpp"

namespace proactor_lab::figures {
namespace {

std::string complaint(const std::string& text) {
  return test::MermaidValidator().complaint_about(text);
}

std::string sequence(const Trace& trace, std::uint32_t first = 1, std::uint32_t events = 20'000) {
  return interaction_mermaid(Model(trace), first, events);
}

bool has(const std::string& text, const std::string& words) {
  return text.find(words) != std::string::npos;
}

std::size_t count_of(const std::string& text, const std::string& words) {
  std::size_t count = 0;
  for (std::size_t at = text.find(words); at != std::string::npos; at = text.find(words, at + 1)) {
    ++count;
  }
  return count;
}

void worker_event(test::TraceBuilder& b, EventKind kind, const char* worker) {
  b.after(10).add(kind).label = b.word(worker);
}

const StateMachine* machine_named(const std::vector<StateMachine>& machines,
                                  const std::string& name) {
  for (const StateMachine& machine : machines) {
    if (machine.name == name) return &machine;
  }
  return nullptr;
}

}  // namespace

TEST_CASE("words keep what Mermaid reads as text, and nothing else") {
  CHECK(mermaid_words("async_receive(A), 5 bytes") == "async_receive(A), 5 bytes");
  CHECK(mermaid_words("a;b#c\nd:e") == "a#59;b#35;c d#58;e");
  CHECK(mermaid_words("end") == "#101;nd");
  CHECK(mermaid_words("The End.") == "The #69;nd.");
  CHECK(mermaid_words("send the_end ends bend") == "send the_end ends bend");
  CHECK(mermaid_words("%%{init}%% <br> \"$$x$$\" `") ==
        "#37;#37;#123;init#125;#37;#37; #60;br#62; #34;#36;#36;x#36;#36;#34; #96;");
  CHECK(mermaid_words("19.8 \xC2\xB5s") == "19.8 \xC2\xB5s");
  CHECK(mermaid_words("\xFF\x01") == "#65533;#65533;");
  CHECK(mermaid_words(std::string(1000, 'a')).size() < 200);
  for (int c = 1; c < 256; ++c) {
    const std::string word = std::string("end") + static_cast<char>(c) + "end";
    INFO("character " << c);
    CHECK(test::are_mermaid_words(mermaid_words(word)));
  }
}

TEST_CASE("a run is a sequence diagram with its five steps, waits and gaps") {
  const std::string text = sequence(test::echo_of_two());
  CHECK(complaint(text) == "");
  for (const char* words :
       {"participant Q as Completion Event Queue\n", "I->>O: ① async_accept(listener)\n",
        "I->>D: ② run the event loop\n", "O->>Q: ③ #35;1 ok\n", "P->>H: ④ on_accept\n",
        "H->>O: ⑤ async_receive(A)\n", "Note over I,W: 19.8 ms pass\n", "W-)O: B#58; 5 bytes\n",
        "Q->>P: dequeue #35;4\n", "O->>Q: #35;2 cancelled\n", "activate H\n"}) {
    INFO(words);
    CHECK(has(text, words));
  }
  CHECK(count_of(text, "① ") == 1);
}

TEST_CASE("what a live system's trace infers is drawn dashed") {
  test::TraceBuilder b;
  const std::uint32_t id = b.initiate("receive", b.open("A"), 64, "on_receive");
  b.add(EventKind::operation_started, id).certainty = Certainty::inferred;
  b.complete(id, 5);
  Event& queued = b.add(EventKind::completion_queued, id);
  queued.certainty = Certainty::inferred;
  const std::string text = sequence(b.finish());
  CHECK(complaint(text) == "");
  CHECK(has(text, "O-->>O: #35;1 starts"));
  CHECK(has(text, "O-->>Q: "));
}

TEST_CASE("threads that block are participants, active while they run") {
  const std::string text = sequence(test::three_threads());
  CHECK(complaint(text) == "");
  CHECK(has(text, "participant T2 as T2 request B\n"));
  CHECK(has(text, "T1->>O: read(A)\n    deactivate T1\n"));
  CHECK(has(text, "O-->>T1: returns 100\n"));
  CHECK(has(text, "Note over T2: no CPU is free\n"));
  CHECK_FALSE(has(text, "Proactor"));
}

TEST_CASE("a window shows its events and says what it leaves out") {
  const Trace trace = test::echo_of_two();
  const std::string part = sequence(trace, 20, 10);
  CHECK(complaint(part) == "");
  const std::string count = std::to_string(trace.events.size());
  CHECK(has(part, "%% events 20 to 29 of " + count + "; cut: go on with --first 30\n"));
  CHECK(has(part, "Note over I,W: cut after event 29 of " + count + "\n"));
  CHECK_FALSE(has(sequence(trace), "cut"));
  for (std::uint32_t first = 1; first <= trace.events.size() + 2; ++first) {
    for (const std::uint32_t events : {1u, 7u, 20'000u}) {
      INFO(first << " " << events);
      REQUIRE(complaint(sequence(trace, first, events)) == "");
    }
  }
}

TEST_CASE("a long run is cut before Mermaid would refuse it, between two events") {
  test::TraceBuilder b;
  const std::uint32_t stream = b.open("A");
  for (int i = 0; i < 5'000; ++i) b.initiate("receive", stream, 0, "h");
  const Trace trace = b.finish();
  const std::string text = sequence(trace);
  CHECK(complaint(text) == "");
  CHECK(text.size() > 45'000);
  CHECK(has(text, "; cut: more does not fit in 50000 characters, go on with --first "));

  test::TraceBuilder many;
  for (std::uint16_t i = 1; i < 3'000; ++i) {
    many.on(i);
    many.thread_started(std::string(100, '#'));
    many.call("read", 0);
  }
  const std::string threads = sequence(many.finish());
  CHECK(threads.size() <= mermaid_size_max);
  CHECK(has(threads, "cut after event"));
}

TEST_CASE("hostile texts and nonsense stay within the grammar") {
  for (std::uint32_t seed = 1; seed <= 200; ++seed) {
    const Trace trace = test::nonsense(seed, 200);
    INFO("seed " << seed);
    REQUIRE(complaint(sequence(trace)) == "");
    const auto machines = state_machines(trace);
    if (!machines.empty()) REQUIRE(complaint(states_mermaid(machines)) == "");
  }
  test::TraceBuilder b;
  const std::uint32_t stream = b.open("end;\nstate \"x\" as y {");
  b.initiate("receive", stream, 8, "-->>");
  b.add(EventKind::note).text = b.word("%%{init: {}}%%\nend");
  Event& changed = b.add(EventKind::state_changed);
  changed.text = b.word("state \"a\" {");
  changed.label = b.word("end note");
  const Trace trace = b.finish();
  CHECK(complaint(sequence(trace)) == "");
  CHECK(complaint(states_mermaid(state_machines(trace))) == "");
}

TEST_CASE("the worker's states are the tutorial's diagram") {
  test::TraceBuilder b;
  // Two places of a pool, as the tutorial's program uses them.
  for (const EventKind kind :
       {EventKind::worker_acquired, EventKind::worker_busy, EventKind::worker_released}) {
    worker_event(b, kind, "worker 1");
    worker_event(b, kind, "worker 2");
  }
  const auto machines = state_machines(b.finish());
  REQUIRE(machines.size() == 1);
  CHECK(states_mermaid(machines) == R"(stateDiagram-v2
    [*] --> Idle
    Idle --> Acquired : acquire()
    Acquired --> Busy : executing
    Busy --> Idle : release()
    Idle --> [*]
)");
}

TEST_CASE("an operation's states are those it went through") {
  const auto machines = state_machines(test::echo_of_two());
  const StateMachine* operation = machine_named(machines, "operation");
  REQUIRE(operation != nullptr);
  CHECK(states_mermaid({*operation}) == R"(stateDiagram-v2
    state "in flight" as in_flight
    [*] --> initiated : initiate
    initiated --> submitted : submit
    submitted --> in_flight : start
    in_flight --> completed : complete
    completed --> queued : queue
    queued --> handling : dispatch
    handling --> done : return
    done --> [*]
)");
  CHECK(operation->transitions[0].count == 7);
  const StateMachine* loop = machine_named(machines, "loop");
  REQUIRE(loop != nullptr);
  CHECK(complaint(states_mermaid(machines)) == "");
}

TEST_CASE("a multishot operation stays in flight while it completes, an abandoned one leaves") {
  test::TraceBuilder b;
  const std::uint32_t id = b.initiate("accept", b.open("listener", "listener"), 0, "h");
  b.start(id);
  for (int i = 0; i < 2; ++i) {
    b.add(EventKind::operation_completed, id).more = true;
    b.queue(id);
  }
  b.add(EventKind::operation_abandoned, id);
  const auto machines = state_machines(b.finish());
  const std::string text = states_mermaid(machines);
  CHECK(has(text, "in_flight --> in_flight : complete, more to come\n"));
  CHECK(has(text, "in_flight --> abandoned : abandon\n    abandoned --> [*]\n"));
}

TEST_CASE("the program's own machines have its states, whatever they are called") {
  test::TraceBuilder b;
  for (const char* state : {"open", "end", "open"}) {
    Event& event = b.add(EventKind::state_changed);
    event.text = b.word("connection A");
    event.label = b.word(state);
  }
  const auto machines = state_machines(b.finish());
  const StateMachine* machine = machine_named(machines, "connection A");
  REQUIRE(machine != nullptr);
  CHECK(states_mermaid({*machine}) == R"(stateDiagram-v2
    state "open" as s1
    state "#101;nd" as s2
    [*] --> s1
    s1 --> s2
    s2 --> s1
    s1 --> [*]
)");
}

TEST_CASE("the grammar refuses what Mermaid would") {
  const std::string head = "sequenceDiagram\n participant A as x\n";
  CHECK(complaint(head) == "");
  CHECK(complaint(head + " A->>B: y\n") != "");
  CHECK(complaint(head + " A->>A: y;z\n") != "");
  CHECK(complaint(head + " A->>A: the end\n") != "");
  CHECK(complaint(head + " activate A\n") != "");
  CHECK(complaint(head + " deactivate A\n") != "");
  CHECK(complaint("stateDiagram-v2\n state \"a\" as b {\n") != "");
  CHECK(complaint("stateDiagram-v2\n a --> b : c:d\n") != "");
}

}  // namespace proactor_lab::figures
