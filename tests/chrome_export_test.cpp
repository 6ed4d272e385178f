// Every shipped scenario's trace, exported for Chrome and looked at with the validator.
#include <filesystem>

#include "lessons/runner.hpp"
#include "tests/catch.hpp"
#include "tests/chrome_checks.hpp"
#include "traces/chrome_trace.hpp"

namespace proactor_lab {

TEST_CASE("every shipped scenario's trace makes a Chrome trace without a fault") {
  const std::filesystem::path folder =
      std::filesystem::path(PROACTOR_LAB_SOURCE_DIR) / "lessons/scenarios";
  std::map<std::string, int> phases;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    Scenario scenario = read_scenario_file(entry.path().string());
    scenario.system = "sim";
    const Trace trace = run_simulated(scenario).trace;
    std::string text;
    write_chrome_trace(trace, [&](std::string_view part) { text += part; });
    test::ChromeValidator validator;
    INFO(entry.path());
    REQUIRE(validator.complaint_about(text) == "");
    for (const auto& [phase, count] : validator.phases) phases[phase] += count;
  }
  for (const char* phase : {"X", "b", "e", "n", "s", "f", "C", "i", "M"}) {
    INFO(phase);
    CHECK(phases[phase] > 0);
  }
}

}  // namespace proactor_lab
