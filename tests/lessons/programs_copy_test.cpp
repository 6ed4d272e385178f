// The file copy: correct in any order of completions, and clear about why it failed.
#include <algorithm>

#include "lessons/run/runner.hpp"
#include "tests/lessons/program_world.hpp"
#include "traces/rules/rules.hpp"

using namespace proactor_lab;
using namespace proactor_lab::testing;

namespace {

std::string pattern(std::size_t bytes) {
  std::string text;
  while (text.size() < bytes) text += static_cast<char>(text.size() * 7 + text.size() / 256);
  return text;
}

Scenario copy_scenario() {
  const std::string path =
      std::string(PROACTOR_LAB_SOURCE_DIR) + "/lessons/scenarios/file_copy.json";
  return read_scenario_file(path);
}

const std::string& content(const RunResult& result, const std::string& path) {
  static const std::string none = "(none)";
  for (const ScenarioFile& file : result.files) {
    if (file.path == path) return file.content;
  }
  return none;
}

/// The numbers of the operations with this verb, in the order of their events of this kind.
std::vector<std::uint32_t> order_of(const Trace& trace, EventKind kind, std::string_view opcode) {
  std::vector<std::uint32_t> reads;
  std::vector<std::uint32_t> order;
  for (const Event& event : trace.events) {
    if (event.kind == EventKind::operation_initiated && trace.text(event.opcode) == opcode) {
      reads.push_back(event.operation);
    }
    if (event.kind != kind) continue;
    if (std::find(reads.begin(), reads.end(), event.operation) != reads.end()) {
      order.push_back(event.operation);
    }
  }
  return order;
}

}  // namespace

TEST_CASE("a copy is the same bytes, whatever the sizes of file, blocks and transfers") {
  ON_ALL_SYSTEMS;
  SystemOptions options = on(kind);
  options.short_transfers = true;
  options.seed = GENERATE(1u, 2u);
  const auto size = GENERATE(0u, 1u, 63u, 64u, 65u, 5000u);
  const auto buffers = GENERATE(1u, 2u, 7u);
  ProgramWorld world(options);
  const std::string original = pattern(size);
  world.put("a.bin", original);
  world.put("b.bin", pattern(9000));  // longer than the copy: the old content is removed
  world.settings.source = "a.bin";
  world.settings.target = "b.bin";
  world.settings.block_bytes = 64;
  world.settings.buffers = buffers;
  world.start("file_copy");
  world.run();
  CHECK(world.program().failure() == "");
  CHECK(world.content_of("b.bin") == original);
  CHECK(world.content_of("a.bin") == original);
  world.require_rules_kept();
}

TEST_CASE("a source that is not there is reported, and no empty target is left") {
  ON_ALL_SYSTEMS;
  ProgramWorld world(on(kind));
  world.settings.source = "none.txt";
  world.settings.target = "copy.txt";
  world.start("file_copy");
  world.run();
  CHECK(world.program().failure() == "none.txt cannot be opened: No such file or directory");
  CHECK(world.content_of("copy.txt") == "(none)");
  world.require_rules_kept();
}

TEST_CASE("a target that cannot be opened is reported, and the source closed") {
  const auto kind = GENERATE(SystemKind::io_uring, SystemKind::epoll);
  INFO(name_of(kind));
  ProgramWorld world(on(kind));
  world.put("a.txt", "text");
  world.settings.source = "a.txt";
  world.settings.target = "no/such/folder.txt";
  world.start("file_copy");
  world.run();
  CHECK(world.program().failure() ==
        "no/such/folder.txt cannot be opened: No such file or directory");
  world.require_rules_kept();
}

TEST_CASE("a source that cannot be read is reported: a folder") {
  const auto kind = GENERATE(SystemKind::io_uring, SystemKind::epoll);
  INFO(name_of(kind));
  ProgramWorld world(on(kind));
  std::filesystem::create_directories(world.path("folder"));
  world.settings.source = "folder";
  world.settings.target = "copy.txt";
  world.start("file_copy");
  world.run();
  CHECK(world.program().failure() == "folder cannot be read: Is a directory");
  world.require_rules_kept();
}

TEST_CASE("nothing to copy is a failure in words, not a crash") {
  ON_ALL_SYSTEMS;
  ProgramWorld world(on(kind));
  world.start("file_copy");
  world.run();
  CHECK(world.program().failure().starts_with("there is nothing to copy"));
}

TEST_CASE("completions overtake each other, and the copy is right all the same") {
  bool overtaken = false;
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    Scenario scenario = copy_scenario();
    scenario.seed = seed;
    scenario.copy.buffers = 4;
    scenario.short_transfers = seed % 2 == 0;
    const RunResult result = run_simulated(scenario);
    INFO("seed " << seed);
    CHECK(result.failure.empty());
    CHECK(content(result, "copy.txt") == content(result, "original.txt"));
    CHECK(content(result, "copy.txt").size() == 300);
    CHECK(check_rules(result.trace).empty());
    const auto asked = order_of(result.trace, EventKind::operation_initiated, "read");
    const auto done = order_of(result.trace, EventKind::handler_entered, "read");
    REQUIRE(asked.size() == done.size());
    if (asked != done) overtaken = true;
  }
  CHECK(overtaken);
}

TEST_CASE("two buffers take half the time of one, where the disk takes its time") {
  Scenario scenario = copy_scenario();
  scenario.disk_latency = {std::chrono::milliseconds(5), std::chrono::milliseconds(5)};
  scenario.files[0].content.resize(64 * 8);
  scenario.copy.buffers = 1;
  const auto alone = run_simulated(scenario).trace.events.back().time_ns;
  scenario.copy.buffers = 2;
  const auto together = run_simulated(scenario).trace.events.back().time_ns;
  CHECK(alone == 5'000'000 * (2 + 8 * 2 + 1 + 1));  // opened twice, 8 blocks, the end, synced
  CHECK(together == 5'000'000 * (2 + 4 * 2 + 1 + 1));
}
