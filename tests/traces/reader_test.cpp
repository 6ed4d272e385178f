// Reading traces: what is written is read back; errors are refused with their location.
#include <algorithm>
#include <sstream>

#include "tests/support/catch.hpp"
#include "tests/support/figure_checks.hpp"
#include "traces/format/trace_writer.hpp"
#include "traces/trace_reader.hpp"

using namespace proactor_lab;

namespace {

Trace read(const std::string& text, const ReadLimits& limits = {}) {
  std::istringstream input(text);
  return read_trace(input, "t.json", limits);
}

const std::string header = R"({"header":{"format":1,"program":"p","system":"sim","seed":7},)";
const std::string first = R"({"seq":1,"time_ns":0,"kind":"run_started","program":"p"})";

std::string trace_with(const std::string& events) {
  return header + "\"events\":[\n" + events + "\n]}\n";
}

std::string problem_of(const std::string& text, const ReadLimits& limits = {}) {
  try {
    read(text, limits);
  } catch (const InputError& error) {
    return error.what();
  }
  return "accepted";
}

}  // namespace

TEST_CASE("a written trace reads back the same, byte for byte") {
  Trace trace;
  trace.header.program = "p \"quoted\" \x01";
  trace.header.system = "sim";
  trace.header.seed = UINT64_MAX;
  trace.header.scenario = R"({"a":[1,2.5]})";
  Event event;
  event.seq = 1;
  event.kind = EventKind::operation_initiated;
  event.time_ns = 123456789012;
  event.operation = 3;
  event.thread = 1;
  event.handle = 2;
  event.bytes = 64;
  event.opcode = trace.strings.keep("receive");
  event.label = trace.strings.keep("caf\xC3\xA9 \\ \n");
  event.file = trace.strings.keep("a:b.cpp");
  event.line = 12;
  trace.events.push_back(event);
  event = {};
  event.seq = 2;
  event.cause = 1;
  event.time_ns = 123456789012;
  event.earliest_ns = 5;
  event.certainty = Certainty::inferred;
  event.kind = EventKind::operation_completed;
  event.operation = 3;
  event.value = -104;
  event.more = true;
  trace.events.push_back(event);
  const std::string json = to_json(trace);
  CHECK(to_json(read(json)) == json);
}

TEST_CASE("any white space is accepted") {
  const Trace trace =
      read("\n {\r\n\t\"header\" : {\"format\":1} , \"events\" : [ " + first + " ] } \n");
  CHECK(trace.events.size() == 1);
  CHECK_FALSE(trace.truncated);
}

TEST_CASE("white space and the order of members change nothing") {
  for (std::uint32_t seed = 1; seed <= 20; ++seed) {
    const std::string json =
        to_json(changed(test::nonsense(seed, 200), [](Event& event, StringPool&) {
          event.bytes = std::max<std::int64_t>(event.bytes, 0);
        }));
    std::string spaced;
    std::string turned;  // the kind comes last
    std::istringstream lines(json);
    for (std::string line; std::getline(lines, line);) {
      const std::size_t kind = line.find(",\"kind\":");
      const std::size_t end = line.rfind('}');
      turned += line.substr(0, kind);
      if (kind != std::string::npos && line[0] == '{' && line[1] == '"' && line[2] == 's') {
        const std::size_t closed = line.find('"', kind + 9) + 1;
        turned +=
            line.substr(closed, end - closed) + line.substr(kind, closed - kind) + line.substr(end);
      } else if (kind != std::string::npos) {
        turned += line.substr(kind);
      }
      turned += '\n';
      for (const char c : line) spaced += c == ',' ? std::string(" ,\n ") : std::string(1, c);
      spaced += '\n';
    }
    CHECK(to_json(read(json)) == json);
    CHECK(to_json(read(spaced)) == json);
    CHECK(to_json(read(turned)) == json);
  }
}

TEST_CASE("a trace without events is a trace") { CHECK(read(trace_with("")).events.empty()); }

TEST_CASE("a file cut anywhere after the first event is taken as far as it is whole") {
  const std::string second = R"({"seq":2,"time_ns":5,"kind":"note","cause":1,"text":"}]{["})";
  const std::string whole = trace_with(first + ",\n" + second);
  const std::size_t one = whole.find(second);
  for (std::size_t size = one; size < whole.size() - 2; ++size) {
    const Trace trace = read(whole.substr(0, size));
    INFO(whole.substr(0, size));
    CHECK(trace.truncated);
    CHECK(trace.events.size() == (size < one + second.size() ? 1 : 2));
  }
}

TEST_CASE("a missing line becomes events_lost, so that moments keep their numbers") {
  const Trace trace = read(trace_with(first + ",\n" + R"({"seq":4,"time_ns":9,"kind":"note"})"));
  REQUIRE(trace.events.size() == 4);
  CHECK(trace.events[1].kind == EventKind::events_lost);
  CHECK(trace.events[2].kind == EventKind::events_lost);
  CHECK(trace.events[3].kind == EventKind::note);
}

TEST_CASE("what is wrong is refused with the line") {
  const std::pair<std::string, std::string> cases[] = {
      {"", "line 1: the file is empty"},
      {"[]", "line 1: expected '{'"},
      {"{\"events\":[]}", "line 1: the first key must be \"header\""},
      {"{\"header\":[],", "line 1: expected the header"},
      {"{\"header\":{\"format\":2},\"events\":[]}", "line 1: this trace has format 2"},
      {"{\"header\":{},\"events\":[]}", "line 1: the header lacks \"format\""},
      {"{\"header\":{\"format\":\"1\"},", "\"format\" must be a whole number"},
      {trace_with("17"), "line 2: an event must be an object"},
      {trace_with("{\"seq\":1}"), "line 2: the event lacks \"time_ns\""},
      {trace_with("{\"seq\":0,\"time_ns\":0,\"kind\":\"note\"}"), "\"seq\" must be a whole number"},
      {trace_with("{\"seq\":1,\"time_ns\":-1,\"kind\":\"note\"}"), "\"time_ns\" must be"},
      {trace_with("{\"seq\":1,\"time_ns\":1e30,\"kind\":\"note\"}"), "\"time_ns\" must be"},
      {trace_with("{\"seq\":1,\"time_ns\":0,\"kind\":\"nonsense\"}"), "unknown kind \"nonsense\""},
      {trace_with("{\"seq\":1,\"time_ns\":0,\"kind\":5}"), "\"kind\" must be a string"},
      {trace_with(first + ",\n" + first), "line 3: \"seq\" 1 does not follow 1"},
      {trace_with(first + ",\n{\"seq\":4000000000,\"time_ns\":0,\"kind\":\"note\"}"), "jumps"},
      {trace_with(R"({"seq":1,"time_ns":9,"kind":"note"},)" + std::string("\n") +
                  R"({"seq":2,"time_ns":8,"kind":"note"})"),
       "line 3: time runs backwards"},
      {trace_with(first + ",\n{\"seq\":2,}"), "line 3: this event is not JSON"},
      {trace_with(first + ",\n" + R"({"seq":2,"time_ns":0,"kind":"note","seq":3})"),
       "line 3: \"seq\" stands twice in one object; remove one of them"},
      {"{\"header\":{\"format\":1,\"format\":1},\"events\":[]}", "\"format\" stands twice"},
      {trace_with(R"({"seq":1,"time_ns":0,"kind":"note","text":")" + std::string("\xC3\x28") +
                  "\"}"),
       "line 2: this event is not JSON"},
      {trace_with(R"({"seq":1,"time_ns":0,"kind":"note","x":)" + std::string(5000, '[') +
                  std::string(5000, ']') + "}"),
       "line 2: this event is not JSON"},
      {trace_with(R"({"seq":99999999999999999999,"time_ns":0,"kind":"note"})"),
       "line 2: this event is not JSON"},
      {trace_with(R"({"seq":01,"time_ns":0,"kind":"note"})"), "line 2: this event is not JSON"},
      {trace_with("{\"seq\":1,\"time_ns\":0,\"kind\":\"note\",\"text\":\"\xFF\xFE\"}"),
       "is not JSON"},
      {trace_with(first) + "x", "line 4: something follows"},
      {trace_with("{\"seq\":1,\"time_ns\":0,\"kind\":\"bytes_moved\",\"role\":\"nobody\"}"),
       "\"role\" must be"},
  };
  for (const auto& [text, expected] : cases) {
    INFO(text);
    const std::string problem = problem_of(text);
    INFO(problem);
    CHECK(problem.starts_with("t.json: line "));
    CHECK(problem.find(expected) != std::string::npos);
  }
}

TEST_CASE("limits bound what a hostile file can make a reader do") {
  ReadLimits limits;
  limits.event_bytes = 1000;
  const std::string bomb = trace_with("{\"a\":" + std::string(500'000, '['));
  CHECK(problem_of(bomb, limits).find("more than 1000 characters") != std::string::npos);
  // A deep value that is within the length limit is refused by the parser and does not overflow the
  // stack.
  const std::string deep =
      trace_with("{\"a\":" + std::string(20'000, '[') + std::string(20'000, ']') + "}");
  CHECK(problem_of(deep).find("is not JSON") != std::string::npos);
  limits = {};
  limits.events = 1;
  const std::string two = trace_with(first + ",\n" + R"({"seq":2,"time_ns":0,"kind":"note"})");
  CHECK(problem_of(two, limits).find("more than 1 events") != std::string::npos);
}
