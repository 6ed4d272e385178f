// plab query as a person calls it: where the SQL comes from, how the answer is written.
#include <nlohmann/json.hpp>

#include "tests/catch.hpp"
#include "tests/command.hpp"

using proactor_lab::testing::Command;
using proactor_lab::testing::TemporaryFolder;

namespace {

const std::string plab = PROACTOR_LAB_PLAB;

struct Result {
  int code;
  std::string out;
  std::string err;
};

struct Echo {
  TemporaryFolder folder;
  std::string trace = folder.file("echo.json");

  Echo() {
    const std::string scenario = PROACTOR_LAB_SOURCE_DIR "/lessons/scenarios/echo.json";
    call({plab, "run", scenario, "--out", trace});
  }

  Result call(std::vector<std::string> words) const {
    Command command(folder, std::move(words));
    const int code = command.wait();
    return {code, command.out(), command.err()};
  }
  Result query(std::vector<std::string> more) const {
    more.insert(more.begin(), {plab, "query", trace});
    return call(std::move(more));
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
  const Result json = echo.query({two_handles, "--format", "json"});
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
  const Result from_file = echo.query({"--file", file});
  CHECK(from_file.out == wanted);
  CHECK(from_file.err.empty());
  for (const std::string& how : {std::string("-"), std::string("--file -")}) {
    const Result piped =
        echo.call({"/bin/sh", "-c", plab + " query " + echo.trace + " " + how + " < " + file});
    CHECK(piped.out == wanted);
    CHECK(piped.code == 0);
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
    const Result result = echo.query(words);
    INFO(result.err);
    CHECK(result.code == 2);
    CHECK(result.out.empty());
    CHECK_FALSE(result.err.empty());
  }
  CHECK(echo.query({"SELECT nothing"}).err.find("choices and run") != std::string::npos);
}
