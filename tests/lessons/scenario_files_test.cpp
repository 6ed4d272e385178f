// Files in scenarios, and clients that receive in other ways: invalid scenarios are refused with a
// message, and valid ones give the same on the simulated and on the live systems.
#include <algorithm>
#include <map>

#include "lessons/live/live_runner.hpp"
#include "lessons/run/runner.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/scenario_complaint.hpp"
#include "traces/rules/rules.hpp"

using namespace proactor_lab;

namespace {

const std::string scenarios = std::string(PROACTOR_LAB_SOURCE_DIR) + "/lessons/scenarios/";

bool says(const std::string& members, const std::string& part) {
  return complains("file_copy", members, part);
}

std::map<std::string, std::string> by_path(const std::vector<ScenarioFile>& files) {
  std::map<std::string, std::string> contents;
  for (const ScenarioFile& file : files) contents[file.path] = file.content;
  return contents;
}

/// Number of bytes that clients received, by name.
std::map<std::string, std::int64_t> heard_by_client(const Trace& trace) {
  std::map<std::string, std::int64_t> heard;
  for (const Event& event : trace.events) {
    if (event.kind == EventKind::client_received) {
      heard[std::string(trace.text(event.label))] += event.bytes;
    }
  }
  return heard;
}

}  // namespace

TEST_CASE("a file of a scenario lies beneath the root, or is refused with its place") {
  for (const char* path : {"/etc/passwd", "../a", "a/../b", "a//b", "a/", "./a", ".", ".."}) {
    CHECK(says(R"("files":[{"path":")" + std::string(path) + "\"}]", "/files/0/path"));
    CHECK(says(R"("copy":{"source":"a","target":")" + std::string(path) + "\"}", "/copy/target"));
  }
  CHECK(says(R"("files":[{"path":""}])", "/files/0/path"));
  CHECK(says(R"("files":[{"path":"a\u0000b"}])", "/files/0/path"));
  CHECK(says(R"("files":[{"path":")" + std::string(300, 'a') + "\"}]", "/files/0/path"));
  CHECK(says(R"("files":[{"path":"a"},{"path":"a"}])", "/files/1/path"));
  CHECK(says(R"("files":[{"path":"a/b"},{"path":"a"}])", "/files/1/path"));
  CHECK(says(R"("files":[{"path":"a","mode":7}])", "/files/0/mode"));
  CHECK(says(R"("files":{"path":"a"})", "/files"));
  CHECK(complaint("file_copy", R"("files":[{"path":"a.txt"},{"path":"a/b..c"},{"path":"a-b"}])") ==
        "accepted");
}

TEST_CASE("files are bounded in number and bytes") {
  std::string many;
  for (int i = 0; i < 1001; ++i)
    many += (i == 0 ? "" : ",") + ("{\"path\":\"" + std::to_string(i) + "\"}");
  CHECK(says("\"files\":[" + many + "]", "/files"));
  CHECK(says(R"("files":[{"path":"a","bytes":67108864},{"path":"b","bytes":1}])", "/files/1"));
  CHECK(says(R"("files":[{"path":"a","bytes":-1}])", "/files/0/bytes"));
}

TEST_CASE("a copy names two files, and buffers that fit into memory") {
  CHECK(says(R"("copy":{"source":"a"})", "/copy"));
  CHECK(says(R"("copy":{"source":"a","target":"a"})", "/copy/target"));
  CHECK(says(R"("copy":{"source":"a","target":"b","buffers":0})", "/copy/buffers"));
  CHECK(says(R"("copy":{"source":"a","target":"b","buffers":65})", "/copy/buffers"));
  CHECK(says(R"("copy":{"source":"a","target":"b","block_bytes":0})", "/copy/block_bytes"));
  CHECK(says(R"("disk_ms":-1)", "/disk_ms"));
  CHECK(says(R"("queue_bytes":0)", "/queue_bytes"));
  const auto crowd = [](const std::string& count) {
    return R"("clients":[{"name":"c","count":)" + count + "}]";
  };
  CHECK(complains("chat", R"("queue_bytes":67108864,)" + crowd("100000"), "/queue_bytes"));
  CHECK(complains("chat", R"("queue_bytes":67108864,)" + crowd("16"), "accepted"));
  CHECK(complains("chat", crowd("1000000"), "accepted"));
}

TEST_CASE("how a client listens may not contradict how it leaves") {
  const auto client = [](const std::string& members) {
    return R"("clients":[{"name":"A",)" + members + "}]";
  };
  const std::string place = "/clients/0/";
  CHECK(says(client(R"("read_to_end":true,"requests":1)"), place + "read_to_end"));
  CHECK(says(client(R"("read_to_end":true,"end_at_ms":5)"), place + "read_to_end"));
  CHECK(says(client(R"("reads":false)"), place + "reads"));
  CHECK(says(client(R"("reads":false,"requests":1,"end_at_ms":5)"), place + "reads"));
  CHECK(says(client(R"("reads":1)"), place + "reads"));
  CHECK(complaint("file_copy", client(R"("reads":false,"end_at_ms":5)")) == "accepted");
  CHECK(complaint("file_copy", client(R"("send":[{"text":"a\r\nb"}],"read_to_end":true)")) ==
        "accepted");
}

TEST_CASE("a shipped copy leaves two equal files on every system") {
  Scenario scenario = read_scenario_file(scenarios + "file_copy.json");
  scenario.system = GENERATE(RunSystem::sim, RunSystem::io_uring, RunSystem::epoll);
  INFO(name_of(scenario.system));
  std::string failure;
  std::map<std::string, std::string> files;
  if (scenario.system == RunSystem::sim) {
    const RunResult result = run_simulated(scenario);
    failure = result.failure;
    files = by_path(result.files);
  } else {
    const LiveRunResult result = run_live(scenario, {});
    failure = result.failure;
    files = by_path(result.files);
  }
  CHECK(failure.empty());
  CHECK(files.size() == 2);
  CHECK(files["original.txt"].size() == 300);
  CHECK(files["copy.txt"] == files["original.txt"]);
}

TEST_CASE("files in folders are where the scenario puts them, live too") {
  Scenario scenario = read_scenario_file(scenarios + "file_copy.json");
  scenario.system = GENERATE(RunSystem::io_uring, RunSystem::epoll);
  scenario.files = {{"a/b/c.txt", "deep"}, {"a/empty", ""}};
  scenario.copy.source = "a/b/c.txt";
  scenario.copy.target = "a/d.txt";
  const LiveRunResult result = run_live(scenario, {});
  CHECK(result.failure.empty());
  CHECK(by_path(result.files) == std::map<std::string, std::string>{
                                     {"a/b/c.txt", "deep"}, {"a/d.txt", "deep"}, {"a/empty", ""}});
}

TEST_CASE("the shipped servers satisfy their live clients, who read to the end") {
  const std::string name = GENERATE("daytime", "http_file_server", "chat");
  Scenario scenario = read_scenario_file(scenarios + name + ".json");
  scenario.system = GENERATE(RunSystem::io_uring, RunSystem::epoll);
  INFO(name << " on " << name_of(scenario.system));
  CHECK(run_live(scenario, {}).client_failures == 0);
}

TEST_CASE("clients that read to the end hear everything, whatever the seed") {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    Scenario scenario = read_scenario_file(scenarios + "daytime.json");
    scenario.seed = seed;
    scenario.short_transfers = seed % 2 == 0;
    const Trace trace = run_simulated(scenario).trace;
    INFO("seed " << seed);
    const std::int64_t line = 21;  // "0.005123456 seconds" and the end of the line
    CHECK(heard_by_client(trace) ==
          std::map<std::string, std::int64_t>{{"A", line}, {"B", line}, {"C", line}});
    CHECK(check_rules(trace).empty());
  }
}

TEST_CASE("a kernel with full freedom keeps the rules and serves everybody, whatever the seed") {
  CHECK(says(R"("freedom":"some")", "/freedom"));
  CHECK(says(R"("freedom":"full")", "accepted"));
  for (const char* name : {"daytime", "http_file_server"}) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      Scenario scenario = read_scenario_file(scenarios + name + ".json");
      scenario.seed = seed;
      const auto usual = heard_by_client(run_simulated(scenario).trace);
      scenario.free_kernel = true;
      const Trace trace = run_simulated(scenario).trace;
      INFO(name << ", seed " << seed);
      CHECK(heard_by_client(trace) == usual);
      CHECK(check_rules(trace).empty());
    }
  }
}

TEST_CASE("the chat's deaf client is hung up on before it leaves, whatever the seed") {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    Scenario scenario = read_scenario_file(scenarios + "chat.json");
    scenario.seed = seed;
    const Trace trace = run_simulated(scenario).trace;
    INFO("seed " << seed);
    std::uint32_t handle_of_d = 0;
    std::int64_t hung_up_ns = 0;
    for (const Event& event : trace.events) {
      if (event.kind == EventKind::handle_opened && trace.text(event.label) == "D") {
        handle_of_d = event.handle;
      }
      if (event.kind == EventKind::handle_closed && event.handle == handle_of_d) {
        hung_up_ns = event.time_ns;
      }
    }
    CHECK(hung_up_ns > 0);
    CHECK(hung_up_ns < 200'000'000);
    CHECK(heard_by_client(trace).count("D") == 0);
    CHECK(check_rules(trace).empty());
  }
}
