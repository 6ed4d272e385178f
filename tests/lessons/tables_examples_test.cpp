// The worked examples of traces/TABLES.md give the answers that are printed there.
#include <map>
#include <string>
#include <vector>

#include "lessons/run/runner.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/command.hpp"
#include "traces/query/query_output.hpp"

using namespace proactor_lab;

namespace {

struct Example {
  std::string scenario;
  std::string sql;
  std::string answer;
};

/// Each example is a block of SQL that begins with "-- plab run NAME", and a block with its answer.
std::vector<Example> examples_in(const std::string& text) {
  const std::string opening = "```sql\n-- plab run ";
  std::vector<Example> examples;
  for (std::size_t at = text.find(opening); at != std::string::npos; at = text.find(opening, at)) {
    at += opening.size();
    const std::size_t name_end = text.find('\n', at);
    const std::size_t sql_end = text.find("```\n", name_end);
    const std::size_t answer = text.find("```\n", sql_end + 4) == std::string::npos
                                   ? std::string::npos
                                   : text.find("```\n", sql_end) + 4;
    REQUIRE(answer != std::string::npos);
    REQUIRE(text.compare(answer, 4, "```\n") == 0);
    const std::size_t begin = answer + 4;
    const std::size_t end = text.find("```", begin);
    REQUIRE(end != std::string::npos);
    examples.push_back({text.substr(at, name_end - at),
                        text.substr(name_end + 1, sql_end - name_end - 1),
                        text.substr(begin, end - begin)});
    at = end;
  }
  return examples;
}

}  // namespace

TEST_CASE("the ten worked examples of the tables give the answers that are printed with them") {
  const std::string folder = PROACTOR_LAB_SOURCE_DIR;
  const auto examples = examples_in(testing::read_file(folder + "/traces/TABLES.md"));
  REQUIRE(examples.size() == 10);
  for (const Example& example : examples) {
    const RunResult run = run_simulated(
        read_scenario_file(folder + "/lessons/scenarios/" + example.scenario + ".json"));
    const Model model(run.trace);
    INFO(example.sql);
    CHECK(to_text(TraceDatabase(model).query(example.sql)) == example.answer);
  }
}
