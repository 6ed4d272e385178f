// What the Chrome export makes of hand-made traces, especially unusual ones.
#include "traces/export/chrome_trace.hpp"

#include <algorithm>
#include <functional>

#include "tests/support/catch.hpp"
#include "tests/support/chrome_checks.hpp"
#include "tests/support/figure_checks.hpp"
#include "tests/support/trace_builder.hpp"

namespace proactor_lab {
namespace {

using Json = nlohmann::json;

std::string chrome(const Trace& trace) {
  std::string text;
  write_chrome_trace(trace, [&](std::string_view part) { text += part; });
  return text;
}

std::string complaint(const Trace& trace) {
  return test::ChromeValidator().complaint_about(chrome(trace));
}

/// The events of a phase, in order; only those with this name, if one is given.
std::vector<Json> events(const Trace& trace, const std::string& phase,
                         const std::string& name = "") {
  std::vector<Json> found;
  const Json all = Json::parse(chrome(trace));
  for (const Json& event : all.at("traceEvents")) {
    if (event.at("ph") != phase) continue;
    if (name.empty() || event.at("name") == name) found.push_back(event);
  }
  return found;
}

/// Initiated, started, completed, queued, handled, with `ns` between each two of these.
std::uint32_t whole_operation(test::TraceBuilder& b, std::uint32_t handle, std::int64_t ns) {
  const std::uint32_t id = b.initiate("receive", handle, 64, "on_receive");
  b.after(ns).submit(id);
  b.after(ns).start(id);
  b.after(ns).complete(id, 64);
  b.after(ns).queue(id);
  b.after(ns).dequeue(id);
  b.after(ns).enter(id, "on_receive");
  b.after(ns).leave(id);
  return id;
}

/// One completion of an operation, handled at once.
void one_shot(test::TraceBuilder& b, std::uint32_t id, std::int64_t result, bool more) {
  Event& completed = b.add(EventKind::operation_completed, id);
  completed.value = result;
  completed.more = more;
  b.queue(id);
  Event& dequeued = b.after(5).add(EventKind::completion_dequeued, id);
  dequeued.thread = 1;
  dequeued.more = more;
  b.enter(id, "on_accept");
  b.after(5).leave(id);
}

}  // namespace

TEST_CASE("an operation is a span with its phases in it, to the nanosecond") {
  test::TraceBuilder b;
  b.thread_started("main");
  whole_operation(b, b.open("A"), 1'001);
  // A run may begin at any time. The export begins at 0.
  const Trace trace = changed(
      b.finish(), [](Event& event, StringPool&) { event.time_ns += 1'700'000'000'123'456'789; });
  CHECK(complaint(trace) == "");
  const std::string text = chrome(trace);
  const std::string span =
      R"("cat":"operation","name":"receive #1 on A","pid":2,"tid":1,"id":"1",)";
  const auto phase = [](const std::string& name) {
    return R"("cat":"operation","name":")" + name + R"(","pid":2,"tid":1,"id":"1",)";
  };
  for (const std::string& expected : std::vector<std::string>{
           R"("ph":"b",)" + span + R"("ts":0.000)",
           R"("ph":"b",)" + phase("submitted") + R"("ts":1.001)",
           R"("ph":"e",)" + phase("submitted") + R"("ts":2.002)",
           R"("ph":"b",)" + phase("in flight") + R"("ts":2.002)",
           R"("ph":"e",)" + phase("in flight") + R"("ts":3.003)",
           R"("ph":"b",)" + phase("queued") + R"("ts":4.004)",
           R"("ph":"e",)" + phase("queued") + R"("ts":5.005)",
           R"x("name":"on_receive(A)","pid":1,"tid":1,"ts":6.006,"dur":1.001)x",
           R"("ph":"e",)" + span + R"("ts":7.007)"}) {
    INFO(expected);
    CHECK(text.find(expected) != std::string::npos);
  }
}

TEST_CASE("an arrow leads from the initiating call to the handler") {
  const Trace trace = test::echo_of_two();
  CHECK(complaint(trace) == "");
  const auto begins = events(trace, "s");
  const auto ends = events(trace, "f");
  CHECK(begins.size() == 7);
  REQUIRE(ends.size() == 6);  // the last accept is never answered
  for (const Json& end : ends) {
    const auto with_id = [&](const Json& begin) { return begin.at("id") == end.at("id"); };
    CHECK(std::count_if(begins.begin(), begins.end(), with_id) == 1);
  }
}

TEST_CASE("counters follow what is in flight and what is queued") {
  test::TraceBuilder b;
  b.thread_started("main");
  const std::uint32_t stream = b.open("A");
  const std::uint32_t first = b.initiate("receive", stream, 64, "h");
  const std::uint32_t second = b.initiate("receive", stream, 64, "h");
  b.start(first);
  b.start(second);
  b.complete(first, 1);
  b.queue(first);
  b.add(EventKind::operation_abandoned, second);
  b.dequeue(first);
  const Trace trace = b.finish();
  const auto values = [&](const char* name) {
    std::vector<int> found;
    for (const Json& event : events(trace, "C", name)) found.push_back(event["args"]["count"]);
    return found;
  };
  CHECK(values("operations in flight") == std::vector<int>{0, 1, 2, 1, 0});
  CHECK(values("completion event queue") == std::vector<int>{0, 1, 0});
}

TEST_CASE("a handler of no length keeps its arrows, calls and neighbours") {
  test::TraceBuilder b;
  b.thread_started("main");
  const std::uint32_t stream = b.open("A");
  for (int i = 0; i < 3; ++i) whole_operation(b, stream, 0);
  const Trace trace = b.finish();
  CHECK(complaint(trace) == "");
  CHECK(events(trace, "X", "on_receive(A)").size() == 3);
  CHECK(events(trace, "f").size() == 3);
}

TEST_CASE("an abandoned operation's span ends where it was abandoned") {
  test::TraceBuilder b;
  b.thread_started("main");
  const std::uint32_t id = b.initiate("receive", b.open("A"), 64, "on_receive");
  b.after(5).start(id);
  b.after(5).add(EventKind::operation_abandoned, id);
  b.after(90);
  const Trace trace = b.finish();
  CHECK(complaint(trace) == "");
  const auto ends = events(trace, "e", "receive #1 on A");
  REQUIRE(ends.size() == 1);
  CHECK(ends[0]["args"]["abandoned"] == true);
  CHECK(ends[0]["ts"] == 0.010);
}

TEST_CASE("a multishot operation is one span; each handler is a step of its arrow") {
  test::TraceBuilder b;
  b.thread_started("main");
  const std::uint32_t id = b.initiate("accept", b.open("listener", "listener"), 0, "on_accept");
  b.start(id);
  for (int i = 0; i < 3; ++i) one_shot(b, id, 5 + i, i < 2);
  const Trace trace = b.finish();
  CHECK(complaint(trace) == "");
  CHECK(events(trace, "b", "in flight").size() == 1);
  CHECK(events(trace, "e", "in flight")[0]["ts"] == 0.020);  // only the last completion ends it
  CHECK(events(trace, "n", "completed, more to come").size() == 2);
  CHECK(events(trace, "b", "queued").size() == 1);
  CHECK(events(trace, "X", "on_accept(listener)").size() == 3);
  CHECK(events(trace, "t").size() == 2);
  CHECK(events(trace, "f").size() == 1);
}

TEST_CASE("what is open when a trace ends is closed there, and says so") {
  const Trace whole = test::echo_of_two();
  for (std::uint32_t count = 0; count <= whole.events.size(); ++count) {
    Trace cut = test::cut_after(whole, count);
    cut.truncated = true;
    INFO("cut after " << count);
    REQUIRE(complaint(cut) == "");
  }
}

TEST_CASE("events that are lost leave a trace that can be shown") {
  const Trace whole = test::echo_of_two();
  for (std::uint32_t lost = 1; lost <= whole.events.size(); ++lost) {
    for (const std::uint32_t length : {1u, 2u, 5u, 20u}) {
      const Trace trace = changed(whole, [&](Event& event, StringPool&) {
        if (event.seq < lost || event.seq >= lost + length) return;
        Event gap;
        gap.kind = EventKind::events_lost;
        gap.seq = event.seq;
        gap.time_ns = event.time_ns;
        gap.value = 1;
        event = gap;
      });
      INFO(length << " lost from " << lost);
      REQUIRE(complaint(trace) == "");
    }
  }
}

TEST_CASE("nonsense is exported without breaking the structure") {
  for (std::uint32_t seed = 1; seed <= 300; ++seed) {
    INFO("seed " << seed);
    REQUIRE(complaint(test::nonsense(seed, 200)) == "");
  }
}

TEST_CASE("blocking threads show their calls, and in these where they wait") {
  const Trace trace = test::three_threads();
  CHECK(complaint(trace) == "");
  const auto calls = events(trace, "X", "read(A)");
  const auto blocked = events(trace, "X", "blocked: waits for input or output");
  REQUIRE(calls.size() == 1);
  REQUIRE(blocked.size() == 3);
  CHECK(calls[0]["args"]["result"] == 100);
  CHECK(blocked[0]["ts"] == calls[0]["ts"]);
  CHECK(blocked[0]["dur"] <= calls[0]["dur"]);
  CHECK(events(trace, "X", "runnable: no CPU is free").size() == 2);
}

TEST_CASE("hostile texts stay texts") {
  test::TraceBuilder b("a \"program\"\n\x01");
  b.thread_started("main\\\"},{");
  Event& note = b.add(EventKind::note);
  note.text = b.word("\"}]} \t");
  const Trace trace = b.finish();
  CHECK(complaint(trace) == "");
  CHECK(events(trace, "i", "\"}]} \t").size() == 1);
}

TEST_CASE("the program's own state machines are spans of one state after the other") {
  test::TraceBuilder b;
  for (const char* state : {"open", "half closed", "closed"}) {
    Event& event = b.after(10).add(EventKind::state_changed);
    event.text = b.word("connection");
    event.label = b.word(state);
  }
  const Trace trace = b.finish();
  CHECK(complaint(trace) == "");
  CHECK(events(trace, "b").size() == 3);
  CHECK(events(trace, "e", "half closed")[0]["ts"] == 0.030);
}

TEST_CASE("a crowd of clients shares a lane, the first ones have their own") {
  test::TraceBuilder b;
  for (int i = 0; i < 1000; ++i) b.client_connected("client " + std::to_string(i));
  const Trace trace = b.finish();
  CHECK(complaint(trace) == "");
  std::set<int> lanes;
  for (const Json& event : events(trace, "i", "connects")) lanes.insert(event["tid"].get<int>());
  CHECK(lanes.size() == 65);
}

TEST_CASE("the same trace gives the same bytes") {
  CHECK(chrome(test::echo_of_two()) == chrome(test::echo_of_two()));
}

TEST_CASE("the validator sees what would not be shown") {
  const auto of = [](const std::string& list) {
    return test::ChromeValidator().complaint_about(
        R"({"traceEvents":[{"ph":"M","name":"process_name","pid":1,"tid":0,"args":{"name":"p"}},)"
        R"({"ph":"M","name":"thread_name","pid":1,"tid":1,"args":{"name":"t"}},)" +
        list + "]}");
  };
  const std::string slice = R"({"ph":"X","name":"a","pid":1,"tid":1,"ts":1,"dur":9})";
  const std::string begin = R"({"ph":"b","cat":"c","id":"1","name":"a","pid":1,"tid":1,"ts":1})";
  CHECK(of(slice) == "");
  CHECK(of(slice + R"(,{"ph":"X","name":"a","pid":1,"tid":1,"ts":5,"dur":9})") != "");
  CHECK(of(slice + R"(,{"ph":"X","name":"a","pid":1,"tid":1,"ts":0.5,"dur":1})") != "");
  CHECK(of(R"({"ph":"X","name":"a","pid":1,"tid":2,"ts":1,"dur":9})") != "");
  CHECK(of(R"({"ph":"X","name":"a","pid":2,"tid":1,"ts":1,"dur":9})") != "");
  CHECK(of(begin) != "");
  CHECK(of(begin + R"(,{"ph":"e","cat":"c","id":"2","name":"a","pid":1,"tid":1,"ts":1})") != "");
  CHECK(of(begin + R"(,{"ph":"e","cat":"c","id":"1","name":"b","pid":1,"tid":1,"ts":1})") != "");
  CHECK(of(begin + R"(,{"ph":"e","cat":"c","id":"1","name":"a","pid":1,"tid":1,"ts":1})") == "");
  const std::string arrow = R"({"ph":"s","cat":"c","id":"1","name":"a","pid":1,"tid":1,"ts":)";
  CHECK(of(slice + "," + arrow + "2}") == "");
  CHECK(of(slice + "," + arrow + "11}") != "");
  const std::string end = R"({"ph":"f","cat":"c","id":"1","name":"a","pid":1,"tid":1,"ts":3)";
  CHECK(of(slice + "," + end + R"(,"bp":"e"})") != "");
  CHECK(of(slice + "," + arrow + "2}," + end + "}") != "");
  CHECK(of(slice + "," + arrow + "2}," + end + R"(,"bp":"e"})") == "");
}

}  // namespace proactor_lab
