// The table of systems.
#include "traces/format/run_systems.hpp"

#include <set>

#include "tests/support/catch.hpp"

using namespace proactor_lab;

TEST_CASE("every system has its row, and is found by its name") {
  std::set<std::string_view> names;
  for (const SystemRow& row : run_systems()) {
    CHECK(row_of(row.system).name == row.name);
    CHECK(system_named(row.name).system == row.system);
    CHECK(names.insert(row.name).second);
  }
  CHECK(system_named("kqueue").system == RunSystem::unknown);
}

TEST_CASE("of a system that is not known nothing is said") {
  const SystemRow& unknown = row_of(RunSystem::unknown);
  CHECK_FALSE(unknown.runs_scenarios());
  CHECK(unknown.hidden.empty());
  CHECK(heading_of_system("", 7) == "unknown system");
  CHECK(heading_of_system("kqueue", 7) == "live · kqueue");
  CHECK(heading_of_system("sim", 7) == "simulated · seed 7");
}

TEST_CASE("a live system says what its recording hides") {
  for (const SystemRow& row : run_systems()) {
    if (row.system == RunSystem::unknown) continue;
    INFO(row.name);
    CHECK(row.hidden.empty() == row.is_simulated);
  }
}
