// plab as a user calls it: exit codes, messages that name file, location and remedy, no incomplete
// output.
#include "tests/support/catch.hpp"
#include "tests/support/plab_run.hpp"

using proactor_lab::testing::Command;
using proactor_lab::testing::PlabRun;
using proactor_lab::testing::read_file;
using proactor_lab::testing::run_plab;
using proactor_lab::testing::TemporaryFolder;

namespace {

const std::string plab = PROACTOR_LAB_PLAB;
const std::string source = PROACTOR_LAB_SOURCE_DIR;
const std::string echo = source + "/lessons/scenarios/echo.json";
const std::string models = source + "/lessons/scenarios/server_models_small.json";

void write(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

}  // namespace

TEST_CASE("success leaves standard error empty") {
  const TemporaryFolder folder;
  const std::string trace = folder.file("t.json");
  for (const auto& words : std::vector<std::vector<std::string>>{
           {"run", echo, "--seed", "7", "--out", trace},
           {"check", trace},
           {"explain", trace},
           {"explain", trace, "--event", "12"},
           {"query", trace, "SELECT count(*) FROM events"},
           {"export", trace, "--to", "text"},
           {"export", trace, "--to", "svg", "--out", folder.file("t.svg")},
           {"export", trace, "--to", "html", "--out", folder.file("t.html")},
           {"lesson", "export", "one-read", "--to", "html", "--out", folder.file("l.html")},
           {"lesson", "export", "one-read", "--to", "html", "--answers", "--out", "-"},
           {"--help"}}) {
    const PlabRun result = run_plab(folder, words);
    INFO(words[0] << ": " << result.err);
    CHECK(result.code == 0);
    CHECK(result.err.empty());
  }
  CHECK(read_file(folder.file("t.svg")).starts_with("<"));
}

TEST_CASE("a run with a seed gives the same bytes twice") {
  const TemporaryFolder folder;
  run_plab(folder, {"run", echo, "--seed", "7", "--out", folder.file("a.json")});
  run_plab(folder, {"run", echo, "--seed", "7", "--out", folder.file("b.json")});
  CHECK_FALSE(read_file(folder.file("a.json")).empty());
  CHECK(read_file(folder.file("a.json")) == read_file(folder.file("b.json")));
  // --out - is standard output, and nothing else is printed there.
  const PlabRun result = run_plab(folder, {"run", echo, "--seed", "7", "--out", "-"});
  CHECK(result.out == read_file(folder.file("a.json")));
}

TEST_CASE("check exits 1 and names the event, deleting one line is noticed") {
  const TemporaryFolder folder;
  const std::string trace = folder.file("t.json");
  run_plab(folder, {"run", echo, "--seed", "7", "--out", trace});
  std::istringstream lines(read_file(trace));
  std::string cut;
  std::string removed;
  for (std::string line; std::getline(lines, line);) {
    if (removed.empty() && line.find("completion_queued") != std::string::npos) {
      removed = line.substr(7, line.find(',') - 7);  // {"seq":N,
    } else {
      cut += line + "\n";
    }
  }
  write(trace, cut);
  const PlabRun result = run_plab(folder, {"check", trace});
  CHECK(result.code == 1);
  CHECK(result.out.find("without a completion_queued") != std::string::npos);
  CHECK(result.out.find("event " + removed + " is not in the file") != std::string::npos);
}

TEST_CASE("bad input exits 2, names the file and the place, and writes nothing") {
  const TemporaryFolder folder;
  const std::string bad = folder.file("bad.json");
  const std::string out = folder.file("out.json");
  struct Case {
    std::string text;
    std::string message;
  };
  for (
      const Case& each : std::vector<Case>{
          {"", "bad.json"},
          {"{", "bad.json: line 1"},
          {"[1,2]", "bad.json"},
          {R"({"format":1})", "program"},
          {R"({"format":2,"program":"echo_server"})", "/format"},
          {R"({"format":1,"program":"nothing"})", "/program: there is no program \"nothing\""},
          {R"({"format":1,"program":"echo_server","sede":3})", "sede"},
          {R"({"format":1,"program":"echo_server","seed":"x"})", "/seed"},
          {R"({"format":1,"program":"echo_server","seed":-4})", "/seed"},
          {R"({"format":1,"program":"echo_server","latency_ms":-1})", "/latency_ms"},
          {R"({"format":1,"program":"echo_server","latency_ms":{"min":5,"max":1}})", "/latency_ms"},
          {R"({"format":1,"program":"echo_server","clients":[{"name":"A","send":[{}]}]})",
           "/clients/0/send/0"},
          {R"({"format":1,"program":"echo_server","clients":[{}]})", "/clients/0"},
          {R"({"format":1,"program":"echo_server","clients":[{"name":"A","end":"stay","end_at_ms":4}]})",
           "contradicts"},
          {R"({"format":1,"program":"echo_server","program":"one_read"})", "program"},
          {"{\"format\":1,\"program\":\"echo_server\",\"about\":\"\xFF\"}", "bad.json"},
          {std::string(100'000, '['), "bad.json"},
          {std::string(2'000'000, ' '), "larger than 1 MiB"},
      }) {
    write(bad, each.text);
    const PlabRun result = run_plab(folder, {"run", bad, "--out", out});
    INFO(each.text.substr(0, 200));
    INFO(result.err);
    CHECK(result.code == 2);
    CHECK(result.err.find("bad.json") != std::string::npos);
    CHECK(result.err.find(each.message) != std::string::npos);
    CHECK_FALSE(std::filesystem::exists(out));
  }
}

TEST_CASE("files that are not there, folders, and places that cannot be written exit 2") {
  const TemporaryFolder folder;
  const std::string trace = folder.file("t.json");
  run_plab(folder, {"run", echo, "--out", trace});
  for (const auto& words : std::vector<std::vector<std::string>>{
           {"run", folder.file("none.json")},
           {"check", folder.file("none.json")},
           {"check", folder.path().string()},
           {"run", folder.path().string()},
           {"run", echo, "--out", folder.file("no/such/place.json")},
           {"run", echo, "--out", folder.path().string()},
           {"run", echo, "--out", "/dev/full"},
           {"run", echo, "--on", "epoll", "--out", folder.path().string()},
           {"run", echo, "--on", "epoll", "--out", "/dev/full"},
           {"run", echo, "--write-tape", folder.path().string()},
           {"run", echo, "--write-tape", "/dev/full"},
           {"models", models, "--activity", folder.path().string()},
           {"models", models, "--activity", "/dev/full"},
           {"models", models, "--out", trace},
           {"run", echo, "--tape", folder.file("none.tape")},
           {"run", echo, "--on", "windows"},
           {"run", echo, "--seed", "-3"},
           {"query", trace, "DELETE FROM events"},
           {"query", trace, "SELECT nonsense FROM events"},
           {"explain", trace, "--event", "100000"},
           {"export", trace, "--to", "png"},
           {"export", trace, "--to", "html", "--events", "20001"},
           {"lesson", "export", "one-read", "--to", "pdf"},
           {"lesson", "export", "one-read", "--to", "html", "--question", "5"},
           {"lesson", "export", "one-read", "--to", "html", "--question", "2", "--answers"},
           {"export", trace},
           {"nonsense"},
           {}}) {
    const PlabRun result = run_plab(folder, words);
    std::string line;
    for (const std::string& word : words) line += word + " ";
    INFO(line << ": " << result.err);
    CHECK(result.code == 2);
    CHECK_FALSE(result.err.empty());
    CHECK(result.err.find("internal") == std::string::npos);
  }
}

TEST_CASE("a standard output that is full is no success") {
  const TemporaryFolder folder;
  const std::string trace = folder.file("t.json");
  run_plab(folder, {"run", echo, "--out", trace});
  for (const std::string& words :
       {"run " + echo + " --out -", "run " + echo, "query " + trace + " 'SELECT 1'"}) {
    Command command(folder, {"/bin/sh", "-c", plab + " " + words + " >/dev/full"});
    INFO(words);
    CHECK(command.wait() == 2);
    CHECK(command.err().find("standard output: cannot be written") != std::string::npos);
  }
}

TEST_CASE("a tape written by one run replays it under another seed") {
  const TemporaryFolder folder;
  const std::string tape = folder.file("t.tape");
  run_plab(folder,
           {"run", echo, "--seed", "3", "--write-tape", tape, "--out", folder.file("a.json")});
  run_plab(folder, {"run", echo, "--seed", "4", "--tape", tape, "--out", folder.file("b.json")});
  const std::string first = read_file(folder.file("a.json"));
  const std::string second = read_file(folder.file("b.json"));
  const auto events = [](const std::string& json) { return json.substr(json.find("\"events\"")); };
  CHECK(events(first) == events(second));
  // An answer out of range is an error and is not replaced silently.
  std::string changed = read_file(tape);
  changed.replace(changed.find("\"answer\":") + 9, 1, "99999999999");
  write(tape, changed);
  const PlabRun result = run_plab(folder, {"run", echo, "--tape", tape});
  CHECK(result.code == 2);
}

TEST_CASE("models says of whom not every request was answered") {
  const TemporaryFolder folder;
  const std::string scenario = folder.file("s.json");
  // The network breaks a connection at the first bytes on it.
  write(scenario, R"({"format":1,"program":"proactor","back_ends":[{}],
    "clients":[{"name":"A","requests":3},{"name":"B","requests":4,"link":{"breaks":1}}]})");
  const PlabRun result = run_plab(folder, {"models", scenario});
  CHECK(result.code == 1);
  CHECK(result.err.find("Proactor: 4 of 7 requests were not answered") != std::string::npos);
  CHECK(result.err.find("Iterative: 4 of 7 ") != std::string::npos);
  // A client that leaves at a given time may leave before the answer.
  write(scenario, R"({"format":1,"program":"proactor","back_ends":[{"answer_after_ms":5}],
    "clients":[{"name":"A","requests":1000,"end_at_ms":22}]})");
  CHECK(run_plab(folder, {"models", scenario}).code == 0);
}

TEST_CASE("an open loop that nobody hears takes no memory") {
  const TemporaryFolder folder;
  const std::string scenario = folder.file("s.json");
  write(scenario, R"({"format":1,"program":"proactor","back_ends":[{"answer_after_ms":1000000}],
    "clients":[{"name":"A","requests":2000,"request_bytes":1000000,"every_ms":1}]})");
  Command command(folder, {plab, "run", scenario});
  rusage used{};
  CHECK(command.wait(&used) == 4);
  CHECK(used.ru_maxrss < 500'000);  // KiB; the requests add up to two million
}

TEST_CASE("a run past its limit exits 4 and keeps the trace") {
  const TemporaryFolder folder;
  const std::string scenario = folder.file("s.json");
  write(scenario, R"({"format":1,"program":"echo_server","limits":{"run_ms":10},
    "clients":[{"name":"A","requests":1000000,"think_ms":1}]})");
  const PlabRun result = run_plab(folder, {"run", scenario, "--out", folder.file("t.json")});
  CHECK(result.code == 4);
  CHECK(result.err.find("run limit of 10 ms") != std::string::npos);
  CHECK(run_plab(folder, {"check", folder.file("t.json")}).code == 0);
}
