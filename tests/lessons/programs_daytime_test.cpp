// The daytime server: every client receives one line, the system's clock.
#include <regex>

#include "lessons/run/runner.hpp"
#include "tests/lessons/program_world.hpp"

using namespace proactor_lab;
using namespace proactor_lab::testing;

TEST_CASE("daytime tells every client the time in one line, and hangs up") {
  ON_ALL_SYSTEMS;
  SystemOptions options = on(kind);
  options.short_transfers = true;
  ProgramWorld world(options);
  world.start("daytime");
  std::array<std::string, 3> answers;
  for (std::string& answer : answers) world.add_client("", answer);
  world.run();
  for (const std::string& answer : answers) {
    CHECK(std::regex_match(answer, std::regex(R"(\d+\.\d{9} seconds\r\n)")));
  }
  world.require_rules_kept();
}

TEST_CASE("the time that daytime tells is the system's own") {
  ON_ALL_SYSTEMS;
  ProgramWorld world(on(kind));
  const Instant before = world.system().os().now();
  world.start("daytime");
  const std::string answer = world.answer_to("");
  const Instant after = world.system().os().now();
  const auto second = std::stoll(answer);
  const auto nanosecond = std::stoll(answer.substr(answer.find('.') + 1, 9));
  const Instant told = Instant{} + std::chrono::seconds(second) + Duration{nanosecond};
  CHECK(before <= told);
  CHECK(told <= after);
  if (world.system().simulated()) CHECK(answer == "0.000010000 seconds\r\n");
}
