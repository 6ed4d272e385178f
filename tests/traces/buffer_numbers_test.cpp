#include "core/values/opcode.hpp"
#include "tests/support/catch.hpp"
#include "traces/recording/memory_recorder.hpp"

using namespace proactor_lab;

namespace {

/// The numbers of the lent buffers, in order.
std::vector<std::uint32_t> buffers_lent(MemoryRecorder& recorder) {
  Trace trace;
  TraceBuilder builder(trace);
  FactExpander expander({}, trace.strings, builder);
  expander.start(0, "test", "none");
  recorder.replay(expander);
  std::vector<std::uint32_t> numbers;
  for (const Event& event : trace.events) {
    if (event.kind == EventKind::buffer_lent) numbers.push_back(event.buffer);
  }
  return numbers;
}

struct Story {
  MemoryRecorder recorder;
  std::uint32_t operations = 0;

  void open(std::int32_t handle) {
    recorder.record({.handle = handle, .kind = FactKind::handle_opened});
  }
  void close(std::int32_t handle) {
    recorder.record({.handle = handle, .kind = FactKind::handle_closed});
  }
  void ask_to_close(std::int32_t handle) {
    recorder.record({.operation = ++operations,
                     .handle = handle,
                     .kind = FactKind::operation_initiated,
                     .detail = static_cast<std::uint8_t>(Opcode::close)});
    recorder.record({.operation = operations, .kind = FactKind::initiation_details});
  }
  void lend(std::int32_t handle, std::uint64_t address) {
    recorder.record({.extra = std::uint64_t{64} << 32,
                     .operation = ++operations,
                     .handle = handle,
                     .kind = FactKind::operation_initiated});
    recorder.record(
        {.value = address, .operation = operations, .kind = FactKind::initiation_details});
  }
};

}  // namespace

TEST_CASE("memory keeps its number while the handle is open that it was last lent on") {
  Story story;
  story.open(3);
  story.open(4);
  story.lend(3, 0x1000);
  story.lend(3, 0x2000);
  story.lend(4, 0x1000);  // read from a file, sent to a socket: one buffer
  story.close(3);
  story.lend(4, 0x1000);
  CHECK(buffers_lent(story.recorder) == std::vector<std::uint32_t>{1, 2, 1, 1});
}

TEST_CASE("where the allocator puts the next connection's memory is not in the trace") {
  std::vector<std::vector<std::uint32_t>> stories;
  for (const std::uint64_t second : {0x1000, 0x9000}) {
    Story story;
    story.open(3);
    story.lend(3, 0x1000);
    story.close(3);
    story.open(3);
    story.lend(3, second);
    stories.push_back(buffers_lent(story.recorder));
  }
  CHECK(stories[0] == stories[1]);
}

TEST_CASE("memory freed while its connection's close waits its turn is not in the trace either") {
  std::vector<std::vector<std::uint32_t>> stories;
  for (const std::uint64_t second : {0x1000, 0x9000}) {
    Story story;
    story.open(3);
    story.open(4);
    story.lend(3, 0x1000);
    story.ask_to_close(3);
    story.lend(4, second);
    story.close(3);
    stories.push_back(buffers_lent(story.recorder));
  }
  CHECK(stories[0] == stories[1]);
}
