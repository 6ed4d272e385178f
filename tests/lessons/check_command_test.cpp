// plab check and plab compare as a user or a CI job calls them.
#include <nlohmann/json.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/plab_run.hpp"

using proactor_lab::testing::PlabRun;
using proactor_lab::testing::read_file;
using proactor_lab::testing::run_plab;
using proactor_lab::testing::TemporaryFolder;

namespace {

const std::string scenarios = std::string(PROACTOR_LAB_SOURCE_DIR) + "/lessons/scenarios/";

void write(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

/// Writes the scenario's trace to the folder and returns its path.
std::string trace_of(const TemporaryFolder& folder, const std::string& scenario,
                     const std::string& seed = "7") {
  const std::string trace = folder.file(scenario + seed + ".json");
  run_plab(folder, {"run", scenarios + scenario + ".json", "--seed", seed, "--out", trace});
  return trace;
}

}  // namespace

TEST_CASE("check names the events and the command that shows them") {
  const TemporaryFolder folder;
  const std::string trace = trace_of(folder, "opposite_locks");
  const PlabRun result = run_plab(folder, {"check", trace});
  CHECK(result.code == 1);
  CHECK(result.err.empty());
  CHECK(result.out.find("warning: locks_in_one_order: thread ") != std::string::npos);
  const auto command = result.out.find("plab explain " + trace + " --event ");
  REQUIRE(command != std::string::npos);
  const auto number = result.out.substr(command + trace.size() + 22);
  CHECK(run_plab(folder, {"explain", trace, "--event", number.substr(0, number.find(' '))}).code ==
        0);
}

TEST_CASE("a hint fails only a strict check") {
  const TemporaryFolder folder;
  const std::string trace = trace_of(folder, "echo");  // a handler works for 2 ms
  CHECK(run_plab(folder, {"check", trace}).code == 0);
  const PlabRun hinted = run_plab(folder, {"check", trace, "--handler-ms", "1.5"});
  CHECK(hinted.code == 0);
  CHECK(hinted.out.find("hint: handlers_brief: ") != std::string::npos);
  CHECK(hinted.out.find("hints only") != std::string::npos);
  CHECK(run_plab(folder, {"check", trace, "--handler-ms", "1.5", "--strict"}).code == 1);
  CHECK(run_plab(folder, {"check", trace, "--handler-ms", "nan"}).code == 2);
}

TEST_CASE("a user's rules are checked and listed beside the others") {
  const TemporaryFolder folder;
  const std::string trace = trace_of(folder, "echo");
  const std::string rules = folder.file("my.sql");
  write(rules,
        "-- rule: no_sends\n-- demand: Nobody sends.\n-- severity: error\n"
        "SELECT initiated AS event FROM operations WHERE opcode = 'send'\n");
  const PlabRun result = run_plab(folder, {"check", trace, "--rules", rules});
  CHECK(result.code == 1);
  CHECK(result.out.find("error: no_sends: Nobody sends.") != std::string::npos);
  const PlabRun list = run_plab(folder, {"check", "--list", "--rules", rules});
  CHECK(list.code == 0);
  CHECK(list.out.find("no_sends (error)\n    Nobody sends.") != std::string::npos);
  CHECK(list.out.find("completes_once (error)") != std::string::npos);

  write(rules, "-- rule: no_sends\n-- demand: Nobody sends.\nSELECT oops FROM operations\n");
  const PlabRun wrong = run_plab(folder, {"check", trace, "--rules", rules});
  CHECK(wrong.code == 2);
  CHECK(wrong.out.empty());
  CHECK(wrong.err.find("my.sql: line 1: the rule \"no_sends\": no such column: oops") !=
        std::string::npos);
  CHECK(run_plab(folder, {"check", trace, "--rules", folder.file("none.sql")}).code == 2);
  CHECK(run_plab(folder, {"check", trace, "--rules", folder.path().string()}).code == 2);
  CHECK(run_plab(folder, {"check", "--rules", rules}).code == 2);
  CHECK(run_plab(folder, {"check"}).code == 2);
}

TEST_CASE("check says the same in JSON, for graders") {
  const TemporaryFolder folder;
  const std::string trace = trace_of(folder, "opposite_locks");
  const PlabRun result = run_plab(folder, {"check", trace, "--json"});
  CHECK(result.code == 1);
  const auto json = nlohmann::json::parse(result.out);
  CHECK(json["kept"] == false);
  REQUIRE(json["violations"].size() == 1);
  CHECK(json["violations"][0]["rule"] == "locks_in_one_order");
  CHECK(json["violations"][0]["severity"] == "warning");
  CHECK(json["violations"][0]["others"].size() == 1);
  CHECK(json["rules"].size() >= 16);
  const PlabRun kept = run_plab(folder, {"check", trace_of(folder, "echo"), "--json"});
  CHECK(kept.code == 0);
  CHECK(nlohmann::json::parse(kept.out)["violations"].empty());
}

TEST_CASE("compare exits 0 where runs are the same, and 1 with the first divergence") {
  const TemporaryFolder folder;
  const std::string seven = trace_of(folder, "echo", "7");
  const std::string eight = trace_of(folder, "echo", "8");
  const PlabRun same = run_plab(folder, {"compare", seven, seven});
  CHECK(same.code == 0);
  CHECK(same.out.find("All events are the same.") != std::string::npos);
  const PlabRun other = run_plab(folder, {"compare", seven, eight});
  CHECK(other.code == 1);
  CHECK(other.err.empty());
  CHECK(other.out.find("They part at event #") != std::string::npos);
  CHECK(other.out.find("Different only in their time: ") != std::string::npos);
  CHECK(run_plab(folder, {"compare", seven}).code == 2);
  CHECK(run_plab(folder, {"compare", seven, folder.file("none.json")}).code == 2);
}
