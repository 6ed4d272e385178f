// plab query as a user calls it: where the SQL comes from, how the answer is written.
#include <nlohmann/json.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/plab_run.hpp"

using proactor_lab::testing::Command;
using proactor_lab::testing::PlabRun;
using proactor_lab::testing::run_plab;
using proactor_lab::testing::TemporaryFolder;

namespace {

struct Echo {
  TemporaryFolder folder;
  std::string trace = folder.file("echo.json");

  Echo() {
    const std::string scenario = PROACTOR_LAB_SOURCE_DIR "/lessons/scenarios/echo.json";
    run_plab(folder, {"run", scenario, "--out", trace});
  }

  PlabRun query(std::vector<std::string> more) const {
    more.insert(more.begin(), {"query", trace});
    return run_plab(folder, std::move(more));
  }
};

const std::string two_handles =
    "SELECT id, label, closed IS NULL AS open FROM handles WHERE id < 3 ORDER BY id";

}  // namespace

TEST_CASE("plab query writes its answer as a table, as CSV or as JSON") {
  const Echo echo;
  CHECK(echo.query({two_handles}).out ==
        "id  label     open\n"
        " 1  listener     1\n"
        " 2  A            0\n");
  CHECK(echo.query({two_handles, "--format", "csv"}).out ==
        "id,label,open\r\n1,listener,1\r\n2,A,0\r\n");
  const PlabRun json = echo.query({two_handles, "--format", "json"});
  CHECK(nlohmann::json::parse(json.out) ==
        nlohmann::json::parse(
            R"([{"id":1,"label":"listener","open":1},{"id":2,"label":"A","open":0}])"));
  CHECK(json.code == 0);
  CHECK(json.err.empty());
  CHECK(echo.query({two_handles, "--format", "xml"}).code == 2);
}

TEST_CASE("plab query reads its SQL from a file or from standard input") {
  const Echo echo;
  const std::string wanted = echo.query({two_handles}).out;
  const std::string file = echo.folder.file("q.sql");
  std::ofstream(file) << "-- the first two\n" << two_handles << ";\n";
  const PlabRun from_file = echo.query({"--file", file});
  CHECK(from_file.out == wanted);
  CHECK(from_file.err.empty());
  for (const std::string& how : {std::string("-"), std::string("--file -")}) {
    const std::string line = PROACTOR_LAB_PLAB " query " + echo.trace + " " + how + " < " + file;
    Command piped(echo.folder, {"/bin/sh", "-c", line});
    CHECK(piped.wait() == 0);
    CHECK(piped.out() == wanted);
  }
}

TEST_CASE("plab query refuses what is no single readable question with exit code 2") {
  const Echo echo;
  const std::string large = echo.folder.file("large.sql");
  std::ofstream(large) << "SELECT 1" << std::string(70'000, ' ');
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{},
                                             {"-"},  // standard input is empty
                                             {two_handles, "--file", large},
                                             {"--file", large},
                                             {"--file", echo.folder.file("none.sql")},
                                             {"--file", echo.folder.path().string()},
                                             {"SELECT nothing"},
                                             {"DELETE FROM events"}}) {
    const PlabRun result = echo.query(words);
    INFO(result.err);
    CHECK(result.code == 2);
    CHECK(result.out.empty());
    CHECK_FALSE(result.err.empty());
  }
  CHECK(echo.query({"SELECT nothing"}).err.find("choices and run") != std::string::npos);
}
