// The shipped scenarios keep the rules, except if a program breaks one to show it.
#include <filesystem>
#include <map>
#include <set>

#include "lessons/live/live_runner.hpp"
#include "lessons/programs/program.hpp"
#include "lessons/run/runner.hpp"
#include "lessons/scenario/scenario.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"
#include "traces/format/input_error.hpp"
#include "traces/rules/rules.hpp"
#include "traces/trace_reader.hpp"

using namespace proactor_lab;

namespace {

const std::string scenarios = std::string(PROACTOR_LAB_SOURCE_DIR) + "/lessons/scenarios/";

/// The rules that a program breaks on purpose.
const std::map<std::string, std::set<std::string>> wanted{
    // The textbook deadlock, which this program demonstrates.
    {"opposite_locks", {"locks_in_one_order"}},
};

std::set<std::string> rules_broken_by(const Trace& trace, const RuleOptions& options = {}) {
  std::set<std::string> rules;
  for (const Violation& violation : check_rules(trace, options)) {
    UNSCOPED_INFO("#" << violation.event << ": " << violation.rule << ": " << violation.sentence);
    rules.insert(violation.rule);
  }
  return rules;
}

std::set<std::string> wanted_of(const std::string& program) {
  const auto found = wanted.find(program);
  return found == wanted.end() ? std::set<std::string>{} : found->second;
}

}  // namespace

TEST_CASE("no shipped scenario breaks a rule but those that show how", "[rules]") {
  for (const auto& file : std::filesystem::directory_iterator(scenarios)) {
    for (std::uint64_t seed = 0; seed < 6; ++seed) {
      Scenario scenario = read_scenario_file(file.path().string());
      scenario.system = RunSystem::sim;
      if (seed > 0) scenario.seed = seed;
      INFO(file.path().filename().string() << ", seed " << scenario.seed);
      CHECK(rules_broken_by(run_simulated(scenario).trace) == wanted_of(scenario.program));
    }
  }
}

TEST_CASE("no server model breaks a rule, many or few clients", "[rules]") {
  for (const char* name : {"server_models", "server_models_small"}) {
    for (const ProgramEntry& program : programs()) {
      if (std::string_view(program.summary).find("a server model") == std::string_view::npos)
        continue;
      Scenario scenario = read_scenario_file(scenarios + name + ".json");
      scenario.program = program.name;
      scenario.system = RunSystem::sim;
      INFO(name << " as " << program.name);
      CHECK(rules_broken_by(run_simulated(scenario).trace).empty());
    }
  }
}

TEST_CASE("no program that runs live breaks a rule there", "[rules]") {
  const std::string name =
      GENERATE("echo_live", "daytime", "http_file_server", "chat", "file_copy");
  Scenario scenario = read_scenario_file(scenarios + name + ".json");
  scenario.system = GENERATE(RunSystem::io_uring, RunSystem::epoll);
  INFO(name << " on " << name_of(scenario.system));
  const testing::TemporaryFolder folder;
  LiveRunOptions options;
  options.out = folder.file("live.json");
  try {
    run_live(scenario, options);
  } catch (const InputError& error) {
    WARN(error.what());  // a container may forbid io_uring
    return;
  }
  // On a busy machine a handler may lose its core for a long time.
  const RuleOptions patient{.handler_ns = 60'000'000'000};
  CHECK(rules_broken_by(read_trace_file(options.out), patient).empty());
}
