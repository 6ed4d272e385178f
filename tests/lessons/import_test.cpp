// plab import as a user calls it.
#include <filesystem>

#include "tests/support/catch.hpp"
#include "tests/support/plab_run.hpp"

using proactor_lab::testing::PlabRun;
using proactor_lab::testing::read_file;
using proactor_lab::testing::run_plab;
using proactor_lab::testing::TemporaryFolder;

namespace {

const std::string asio_logs = std::string(PROACTOR_LAB_SOURCE_DIR) + "/tests/traces/imports/asio/";

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("plab import makes of a log a trace that all other commands take") {
  const TemporaryFolder folder;
  const std::string trace = folder.file("t.json");
  const PlabRun imported =
      run_plab(folder, {"import", asio_logs + "echo_server.log", "--out", trace});
  CHECK(imported.code == 0);
  CHECK(imported.err.empty());
  CHECK(has(imported.out, "echo_server on asio"));
  CHECK(has(imported.out, "11 operations"));
  CHECK(has(imported.out, "everything was matched"));
  for (const auto& words : std::vector<std::vector<std::string>>{
           {"check", trace},
           {"explain", trace},
           {"query", trace, "SELECT count(*) FROM operations"},
           {"export", trace, "--to", "text"},
           {"export", trace, "--to", "svg", "--out", folder.file("t.svg")}}) {
    const PlabRun result = run_plab(folder, words);
    INFO(words[0] << ": " << result.out << result.err);
    CHECK(result.code == 0);
    CHECK(result.err.empty());
  }
}

TEST_CASE("a log's format may be named, its program too, and the trace go to standard output") {
  const TemporaryFolder folder;
  const std::string log = asio_logs + "echo_server.log";
  run_plab(folder, {"import", log, "--program", "mine", "--out", folder.file("a.json")});
  const PlabRun named =
      run_plab(folder, {"import", "asio", log, "--program", "mine", "--out", "-"});
  CHECK(named.code == 0);
  CHECK(has(named.out, R"({"header":{"format":1,"program":"mine","system":"asio")"));
  CHECK(named.out == read_file(folder.file("a.json")));
}

TEST_CASE("what of a log was not matched is told by import and by explain") {
  const TemporaryFolder folder;
  const std::string trace = folder.file("t.json");
  const std::string reason = "handlers entered whose creation the log does not show";
  const PlabRun imported =
      run_plab(folder, {"import", asio_logs + "actors_cut.log", "--out", trace});
  CHECK(imported.code == 0);
  CHECK(has(imported.out, reason));
  CHECK(has(run_plab(folder, {"explain", trace}).out, reason));
}

TEST_CASE("a log given to a command that wants a trace is told what to do with it") {
  const TemporaryFolder folder;
  const std::string log = asio_logs + "echo_server.log";
  const PlabRun result = run_plab(folder, {"check", log});
  CHECK(result.code == 2);
  CHECK(result.err == "plab: " + log +
                          ": line 1: this is an Asio handler-tracking log, not a trace; make it "
                          "one: plab import " +
                          log + " --out TRACE\n");
}

TEST_CASE("plab import refuses what is no log, and leaves no file behind") {
  const TemporaryFolder folder;
  const std::string trace = folder.file("t.json");
  const std::string words = folder.file("words.txt");
  std::ofstream(words) << "hello\n@asio|not a line\n";
  std::ofstream(folder.file("empty"));
  const auto refused = [&](std::vector<std::string> arguments, const std::string& message) {
    arguments.insert(arguments.begin(), "import");
    arguments.insert(arguments.end(), {"--out", trace});
    const PlabRun result = run_plab(folder, arguments);
    INFO(result.err);
    CHECK(result.code == 2);
    CHECK(has(result.err, message));
    CHECK_FALSE(std::filesystem::exists(trace));
  };
  refused({words}, "name its format");
  refused({folder.file("empty")}, "looks like no log");
  refused({"asio", folder.file("empty")}, "ASIO_ENABLE_HANDLER_TRACKING");
  refused({"-"}, "standard input");  // which is /dev/null here
  refused({"epoll", words}, "there is no format 'epoll'");
  refused({folder.file("not_there")}, "cannot be opened");
  refused({folder.path().string()}, "is a folder");
  std::ofstream(folder.file("trace.json")) << "{\"header\":{\"format\":1},\"events\":[]}";
  refused({folder.file("trace.json")}, "is a trace already");
}

TEST_CASE("past the limit of events an import ends with 4, and keeps what it has") {
  const TemporaryFolder folder;
  const std::string trace = folder.file("t.json");
  const PlabRun result =
      run_plab(folder, {"import", asio_logs + "echo_server.log", "--events", "20", "--out", trace});
  CHECK(result.code == 4);
  CHECK(has(result.err, "limit of 20 events"));
  CHECK(run_plab(folder, {"check", trace}).code == 0);
}
