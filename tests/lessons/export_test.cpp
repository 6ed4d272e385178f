// Every shipped scenario's trace in other formats, checked by their validators; and plab export as
// a user calls it.
#include <filesystem>

#include "lessons/run/runner.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/chrome_checks.hpp"
#include "tests/support/command.hpp"
#include "tests/support/mermaid_checks.hpp"
#include "traces/export/chrome_trace.hpp"
#include "traces/export/mermaid.hpp"
#include "traces/format/trace_writer.hpp"

namespace proactor_lab {
namespace {

const std::filesystem::path scenarios =
    std::filesystem::path(PROACTOR_LAB_SOURCE_DIR) / "lessons/scenarios";

Trace trace_of(const std::filesystem::path& path) {
  Scenario scenario = read_scenario_file(path.string());
  scenario.system = RunSystem::sim;
  return run_simulated(scenario).trace;
}

/// A trace file, and calls of plab export on it.
class Exporter {
 public:
  explicit Exporter(const std::string& scenario) {
    std::ofstream(folder_.file("t.json")) << to_json(trace_of(scenarios / scenario));
  }
  int run(std::vector<std::string> words) {
    words.insert(words.begin(), {PROACTOR_LAB_PLAB, "export", folder_.file("t.json")});
    testing::Command command(folder_, std::move(words));
    const int code = command.wait();
    out = command.out();
    err = command.err();
    return code;
  }
  std::string out;
  std::string err;

 private:
  testing::TemporaryFolder folder_;
};

}  // namespace

TEST_CASE("every shipped scenario's trace makes a Chrome trace and Mermaid without a fault") {
  std::map<std::string, int> phases;
  for (const auto& entry : std::filesystem::directory_iterator(scenarios)) {
    const Trace trace = trace_of(entry.path());
    INFO(entry.path());
    std::string text;
    write_chrome_trace(trace, [&](std::string_view part) { text += part; });
    test::ChromeValidator validator;
    REQUIRE(validator.complaint_about(text) == "");
    for (const auto& [phase, count] : validator.phases) phases[phase] += count;

    const std::string sequence = figures::interaction_mermaid(Model(trace), 1, 20'000);
    REQUIRE(test::MermaidValidator().complaint_about(sequence) == "");
    const std::string states = figures::states_mermaid(state_machines(trace));
    REQUIRE(test::MermaidValidator().complaint_about(states) == "");
  }
  for (const char* phase : {"X", "b", "e", "n", "s", "f", "C", "i", "M"}) {
    INFO(phase);
    CHECK(phases[phase] > 0);
  }
}

TEST_CASE("the bounded pool's worker goes through the tutorial's states") {
  Exporter plab("bounded_pool_retry.json");
  REQUIRE(plab.run({"--to", "mermaid", "--view", "states", "--machine", "worker"}) == 0);
  CHECK(plab.err.empty());
  CHECK(plab.out == R"(stateDiagram-v2
    [*] --> Idle
    Idle --> Acquired : acquire()
    Acquired --> Busy : executing
    Busy --> Idle : release()
    Idle --> [*]
)");
}

TEST_CASE("export says which views and machines there are where it has not what was asked for") {
  Exporter plab("echo.json");
  CHECK(plab.run({"--to", "text", "--view", "states"}) == 2);
  CHECK(plab.err.find("it has interaction, activity") != std::string::npos);
  CHECK(plab.run({"--to", "chrome", "--view", "states"}) == 2);
  CHECK(plab.err.find("leave --view out") != std::string::npos);
  CHECK(plab.run({"--to", "mermaid", "--view", "states", "--machine", "worker"}) == 2);
  CHECK(plab.err.find("it has operation, loop") != std::string::npos);
  CHECK(plab.run({"--to", "gif"}) == 2);
  CHECK(plab.out.empty());
}

TEST_CASE("export to chrome and mermaid writes to standard output by default") {
  Exporter plab("echo.json");
  CHECK(plab.run({"--to", "chrome"}) == 0);
  CHECK(test::ChromeValidator().complaint_about(plab.out) == "");
  CHECK(plab.run({"--to", "mermaid", "--first", "10", "--events", "30"}) == 0);
  CHECK(plab.err.empty());
  CHECK(test::MermaidValidator().complaint_about(plab.out) == "");
  CHECK(plab.out.find("%% events 10 to 39 of ") != std::string::npos);
}

TEST_CASE("each view as SVG is a page by itself: white, text as text, nothing loaded") {
  Exporter plab("echo.json");
  for (const std::string view : {"interaction", "activity", "states"}) {
    INFO(view);
    REQUIRE(plab.run({"--to", "svg", "--view", view}) == 0);
    const std::string svg = plab.out;
    CHECK(svg.find(view == "states" ? "width=\"480\"" : "width=\"190mm\"") != std::string::npos);
    CHECK(svg.find(" diagram of echo_server on sim</title>") != std::string::npos);
    CHECK(svg.find("<desc>Operations: ") != std::string::npos);
    CHECK(svg.find("fill=\"#ffffff\"/>") != std::string::npos);
    CHECK(svg.find("<text") != std::string::npos);
    for (const char* loads : {"href", "@import", "<image", "<script", "<foreignObject"}) {
      CHECK(svg.find(loads) == std::string::npos);
    }
    REQUIRE(plab.run({"--to", "svg", "--view", view}) == 0);
    CHECK(plab.out == svg);
  }
}

TEST_CASE("states as SVG are those after the event that was asked for") {
  Exporter plab("echo.json");
  REQUIRE(plab.run({"--to", "svg", "--view", "states"}) == 0);
  const std::string last = plab.out;
  CHECK(last.find(">abandoned</text>") != std::string::npos);
  REQUIRE(plab.run({"--to", "svg", "--view", "states", "--at", "12"}) == 0);
  CHECK(plab.out != last);
  CHECK(plab.out.find(">abandoned</text>") == std::string::npos);
  REQUIRE(plab.run({"--to", "svg", "--view", "states", "--at", "99999"}) == 0);
  CHECK(plab.out == last);
}

}  // namespace proactor_lab
