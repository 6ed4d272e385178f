// Which fields of an event are stored, and which are restored.
#include "traces/format/event_columns.hpp"

#include <limits>
#include <random>

#include "tests/support/catch.hpp"
#include "tests/support/figure_checks.hpp"
#include "tests/support/trace_builder.hpp"
#include "traces/format/trace_writer.hpp"
#include "traces/trace_reader.hpp"

namespace proactor_lab {
namespace {

std::string json_of(const Trace& trace, const Event& event) {
  std::string json;
  TraceWriter writer(trace.header, trace.strings, [&](std::string_view part) { json += part; });
  writer.add(event);
  writer.finish();
  return json;
}

TEST_CASE("an event comes back from its columns with all that a file would hold") {
  const std::int64_t numbers[] = {0,
                                  -125,
                                  std::numeric_limits<std::int32_t>::max(),
                                  std::int64_t{std::numeric_limits<std::int32_t>::max()} + 1,
                                  std::int64_t{std::numeric_limits<std::int32_t>::min()} - 1,
                                  std::numeric_limits<std::int64_t>::max(),
                                  -std::numeric_limits<std::int64_t>::max()};
  std::mt19937 random(3);
  Trace trace = test::nonsense(5, 2000);
  Trace again;
  again.strings = {};
  std::vector<std::string> expected;
  for (Event event : trace.events) {
    event.value = numbers[random() % std::size(numbers)];
    event.bytes = numbers[random() % std::size(numbers)];
    event.parent = random() % 3 == 0 ? static_cast<std::uint32_t>(random()) : 0;
    event.options = static_cast<std::uint16_t>(random());
    event.line = static_cast<std::uint32_t>(random());
    event.file = event.label;
    if (event.certainty == Certainty::inferred) event.earliest_ns = event.time_ns / 2;
    expected.push_back(json_of(trace, event));
    again.events.push_back(event);
  }
  REQUIRE(again.events.size() == 2000);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    CHECK(json_of(trace, again.events[i]) == expected[i]);
    CHECK(again.events.kind(i) == again.events[i].kind);
    CHECK(again.events.time_ns(i) == again.events[i].time_ns);
  }
}

TEST_CASE("columns cut at a size are as if no more had been added") {
  Trace trace = test::nonsense(6, 100);
  const Event next = trace.events[60];
  trace.events.truncate(60);
  REQUIRE(trace.events.size() == 60);
  CHECK(json_of(trace, trace.events.back()) == json_of(trace, test::nonsense(6, 100).events[59]));
  trace.events.push_back(next);
  CHECK(json_of(trace, trace.events[60]) == json_of(trace, next));
  trace.events.truncate(1000);
  CHECK(trace.events.size() == 61);
  trace.events.clear();
  CHECK(trace.events.empty());
}

TEST_CASE("an event takes far fewer bytes in columns than as a value") {
  const Trace trace = test::echo_of_two();
  EventColumns many;
  for (int i = 0; i < 200; ++i) {
    for (const Event& event : trace.events) many.push_back(event);
  }
  CHECK(many.capacity_bytes() / many.size() < sizeof(Event));
}

}  // namespace
}  // namespace proactor_lab
