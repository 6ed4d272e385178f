// The clients of a live run: they follow their scripts, leave when the run is cut short, and are
// reported if they received too little. Clocks are judged only in two ways: that nothing comes too
// early, and, with seconds to spare, that a wait was cut short.
#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <string>
#include <thread>
#include <vector>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/live/live_handles.hpp"
#include "lessons/live/live_back_ends.hpp"
#include "lessons/live/live_models.hpp"
#include "lessons/live/live_runner.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/command.hpp"
#include "tests/support/few_descriptors.hpp"

using namespace proactor_lab;
using namespace std::chrono_literals;
using proactor_lab::testing::Command;
using proactor_lab::testing::FewDescriptors;
using proactor_lab::testing::TemporaryFolder;

namespace {

const std::string plab = PROACTOR_LAB_PLAB;
constexpr Duration soon = 6s;  // every wait that is cut short here would have lasted 12 s

Scenario scenario_of(const std::string& program, const std::string& clients,
                     const std::string& members = "") {
  Scenario scenario = parse_scenario(R"({"format":1,"program":")" + program + R"(",)" + members +
                                         R"("clients":[)" + clients + "]}",
                                     "s.json");
  scenario.system = find_program(program)->make == nullptr ? RunSystem::threads : RunSystem::epoll;
  return scenario;
}

struct TimedRun {
  LiveRunResult result;
  Duration took{0};
};

TimedRun run(const Scenario& scenario, const LiveRunOptions& options = {}) {
  const auto start = std::chrono::steady_clock::now();
  TimedRun timed{run_live(scenario, options)};
  timed.took = std::chrono::steady_clock::now() - start;
  return timed;
}

TimedRun run_for(Duration limit, const Scenario& scenario) {
  LiveRunOptions options;
  options.time_limit = limit;
  return run(scenario, options);
}

/// Clients that would wait for twelve seconds, each at a different place in its script.
constexpr const char* waiting[] = {
    R"({"name":"c","connect_at_ms":12000})",
    R"({"name":"c","send":[{"at_ms":12000,"text":"late"}]})",
    R"({"name":"c","requests":2,"think_ms":12000})",
    R"({"name":"c","requests":2,"every_ms":12000})",
    R"({"name":"c","end_at_ms":12000})",
    R"({"name":"c","end_at_ms":12000,"reads":false})",
};

}  // namespace

TEST_CASE("a live run ends with its time limit, whatever its clients wait for") {
  for (const char* client : waiting) {
    INFO(client);
    const TimedRun timed = run_for(100ms, scenario_of("echo_server", client));
    CHECK(timed.took < soon);
    CHECK(timed.result.client_failures == 0);  // they were not allowed to finish
  }
}

TEST_CASE("a live run ends with Ctrl-C, whatever its clients wait for") {
  LiveRunOptions options;
  options.on_listening = [](Endpoint) { kill(getpid(), SIGINT); };
  for (const char* client : waiting) {
    INFO(client);
    const TimedRun timed = run(scenario_of("echo_server", client), options);
    CHECK(timed.took < soon);
    CHECK(timed.result.end == RunEnd::interrupted);
    CHECK(timed.result.client_failures == 0);
  }
}

TEST_CASE("a measurement does not wait for clients who think") {
  const auto start = std::chrono::steady_clock::now();
  measure_model_live(scenario_of("iterative", R"({"name":"c","requests":2,"think_ms":12000})",
                                 R"("back_ends":[{}],)"),
                     100ms);
  CHECK(std::chrono::steady_clock::now() - start < soon);
}

TEST_CASE("plab models --on live refuses what no live system can do") {
  const TemporaryFolder folder;
  const std::string file = folder.file("s.json");
  const auto refusal = [&](const std::string& members) {
    std::ofstream(file) << R"({"format":1,"program":"proactor","back_ends":[{}],)" + members + "}";
    Command models(folder, {plab, "models", file, "--on", "live"});
    CHECK(models.wait() == 2);
    return models.err();
  };
  CHECK(refusal(R"("clients":[{"name":"c","requests":1,"count":257}])").find("256 clients") !=
        std::string::npos);
  CHECK(refusal(R"("clients":[{"name":"c","requests":1}],
                   "faults":[{"kind":"no_descriptors","at_ms":1,"for_ms":1}])")
            .find("/faults") != std::string::npos);
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // they need all addresses
TEST_CASE("where there are not threads enough for the clients, plab says so") {
  const TemporaryFolder folder;
  const std::string file = folder.file("s.json");
  std::ofstream(file) << R"({"format":1,"program":"echo_server",
                             "clients":[{"name":"c","count":200,"requests":2,"think_ms":12000}]})";
  Command crowded(folder, {plab, "run", file, "--on", "epoll"}, [] {
    const rlimit stack{64 << 20, RLIM_INFINITY};  // of each thread
    const rlimit all{1 << 30, 1 << 30};
    return setrlimit(RLIMIT_STACK, &stack) == 0 && setrlimit(RLIMIT_AS, &all) == 0;
  });
  CHECK(crowded.wait() == 2);
  CHECK(crowded.err().find("plab: clients: ") == 0);
}
#endif

TEST_CASE("a slow reader takes its time live, too") {
  const TimedRun timed = run(scenario_of(
      "echo_server", R"({"name":"c","requests":1,"request_bytes":500,"read_bytes_s":1000})"));
  CHECK(timed.took >= 500ms);
  CHECK(timed.result.client_failures == 0);
}

TEST_CASE("a client that stays keeps its connection until the run is ended") {
  const TimedRun timed = run_for(
      400ms, scenario_of("echo_server", R"({"name":"c","send":[{"text":"hello"}],"end":"stay"})"));
  CHECK(timed.took >= 400ms);
  CHECK(timed.result.client_failures == 0);
}

TEST_CASE("a client that stays leaves once the program has hung up") {
  const TimedRun timed =
      run_for(20s, scenario_of("daytime", R"({"name":"c","count":2,"end":"stay"})"));
  CHECK(timed.took < soon);
  CHECK(timed.result.client_failures == 0);
}

TEST_CASE("each client of a live crowd thinks its own thoughts, by the scenario's seed") {
  Scenario scenario = scenario_of(
      "echo_server", R"({"name":"c","count":4,"requests":6,"think_ms":{"min":0,"max":100}})");
  // The longest total thinking time of a client, by the seed. The run cannot be shorter.
  const auto longest = [&](std::uint64_t seed) {
    SeededChoices choices(seed);
    Duration most{0};
    for (std::uint64_t client = 0; client < 4; ++client) {
      Duration all{0};
      for (std::uint32_t i = 1; i < 6; ++i) {
        all += scenario.clients[0].think.draw(choices, {QuestionKind::think, client, i});
      }
      most = std::max(most, all);
    }
    return most;
  };
  for (scenario.seed = 1; longest(scenario.seed) < 400ms;) ++scenario.seed;
  CHECK(run(scenario).took >= longest(scenario.seed));
}

TEST_CASE("a live back end answers by the scenario's seed") {
  Scenario scenario = scenario_of("iterative", R"({"name":"c","requests":1})",
                                  R"("back_ends":[{"answer_after_ms":{"min":0,"max":400}}],)");
  const auto first = [&](std::uint64_t seed) {
    SeededChoices choices(seed);
    return scenario.back_ends[0].answer_after.draw(choices, {QuestionKind::answer_delay, 1, 0});
  };
  for (scenario.seed = 1; first(scenario.seed) < 380ms;) ++scenario.seed;
  CHECK(run(scenario).took >= first(scenario.seed));
}

TEST_CASE("plab run: live clients that got too little are told, and exit 1") {
  const TemporaryFolder folder;
  const std::string file = folder.file("s.json");
  struct Case {
    const char* scenario;
    std::vector<std::string> words;
    int code;
    const char* error;
  };
  const Case cases[] = {
      // The server sends the time, which is shorter than the expected answer, and closes.
      {R"("daytime","clients":[{"name":"c","count":2,"requests":1,"request_bytes":1000}])",
       {},
       1,
       "plab: daytime: clients that did not get all that they asked for: 2\n"},
      // B is refused and C is reset, and neither expected a fixed number of bytes.
      {R"("one_read","clients":[{"name":"A","send":[{"at_ms":50,"text":"x"}]},
         {"name":"B","connect_at_ms":300,"send":[{"text":"x"}]},
         {"name":"C","connect_at_ms":10,"read_to_end":true,"send":[{"text":"x"}]}])",
       {},
       0,
       ""},
      {R"("echo_server","clients":[{"name":"c","requests":2,"end":"reset"}])", {}, 0, ""},
      {R"("echo_server","clients":[{"name":"c","requests":2,"think_ms":12000}])",
       {"--for", "0.1"},
       0,
       ""},
  };
  for (const Case& each : cases) {
    INFO(each.scenario);
    std::ofstream(file) << R"({"format":1,"program":)" << each.scenario << "}";
    std::vector<std::string> words{plab, "run", file, "--on", "epoll"};
    words.insert(words.end(), each.words.begin(), each.words.end());
    Command command(folder, words);
    CHECK(command.wait() == each.code);
    CHECK(command.err() == each.error);
  }
}

TEST_CASE("plab run refuses a time limit that no run has") {
  const TemporaryFolder folder;
  for (const char* seconds : {"1e12", "9.223372036e9", "1e-9", "0", "-1", "nan"}) {
    INFO(seconds);
    Command command(folder, {plab, "run", "echo_live", "--on", "epoll", "--for", seconds});
    CHECK(command.wait() == 2);
    CHECK(command.err().find("--for") != std::string::npos);
  }
}

TEST_CASE("a live back end's answer comes whole, however large") {
  const Scenario scenario = scenario_of("iterative", R"({"name":"c","requests":2})",
                                        R"("back_ends":[{"answer_bytes":33554432}],)");
  CHECK(run(scenario).result.client_failures == 0);
}

TEST_CASE("a live back end out of descriptors answers who waits once there are some, busy or not") {
  LiveBackEnds back_ends({BackEndScript{}}, 1);
  const sockaddr_in address = address_of(back_ends.endpoint());
  const auto ask = [&](int client) {
    return connect(client, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0 &&
           send(client, "?", 1, MSG_NOSIGNAL) == 1;
  };
  const auto open_client = [] {
    const int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    REQUIRE(client >= 0);
    const timeval patience{20, 0};
    setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    return client;
  };
  char byte = 0;

  const int before = open_client();
  REQUIRE(ask(before));
  REQUIRE(recv(before, &byte, 1, 0) == 1);
  const int client = open_client();
  bool refused = false;
  bool asked = false;
  bool unanswered = false;
  {
    const FewDescriptors none_left(0);
    refused = dup(client) < 0 && errno == EMFILE;
    asked = ask(client);
    std::this_thread::sleep_for(50ms);  // gives the server time to try
    unanswered = recv(client, &byte, 1, MSG_DONTWAIT) < 0;
  }
  CHECK(refused);
  CHECK(asked);
  CHECK(unanswered);

  // The other client keeps the server busy meanwhile: this many questions take far longer than its
  // pause.
  int questions = 0;
  while (questions++ < 100'000 && recv(client, &byte, 1, MSG_DONTWAIT) != 1) {
    REQUIRE(send(before, "?", 1, MSG_NOSIGNAL) == 1);
    REQUIRE(recv(before, &byte, 1, 0) == 1);
  }
  CHECK(questions < 100'000);
  close(client);
  close(before);
}
