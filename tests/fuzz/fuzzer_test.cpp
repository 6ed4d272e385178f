// The fuzzer finds nothing where there is nothing, and something where there is.
#include "tests/fuzz/fuzzer.hpp"

#include <csignal>
#include <string>
#include <vector>

#include "tests/catch.hpp"
#include "tests/fuzz/generator.hpp"
#include "tests/fuzz/simulated_stage.hpp"

namespace proactor_lab::fuzz {
namespace {

/// A system that does one thing wrong: one simulated world whose outcome is falsified.
Arm wrong_system(void (*falsify)(const Program&, Outcome&)) {
  return {"a wrong system", [falsify](const Program& program, Duration) {
            SeededChoices choices(7);
            Outcome outcome = play_simulated(program, choices);
            falsify(program, outcome);
            return outcome;
          }};
}

/// Fuzzes with one arm until something is found and shrunk.
Divergence first_divergence(const Arm& arm) {
  const Fuzzer fuzzer({}, {arm});
  for (std::uint64_t seed = 1; seed <= 500; ++seed) {
    const Program program = random_program(seed);
    const Judgement judgement = fuzzer.judge(program);
    if (judgement.verdict == Verdict::diverges) return fuzzer.shrink(program, judgement);
  }
  FAIL("the fuzzer did not notice");
  return {};
}

}  // namespace

TEST_CASE("one world of the simulator lies among its worlds") {
  const Fuzzer fuzzer({}, {wrong_system([](const Program&, Outcome&) {})});
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    INFO(to_text(random_program(seed)));
    CHECK(fuzzer.judge(random_program(seed)).verdict != Verdict::diverges);
  }
}

TEST_CASE("a cancel that finds nothing and says it did is found, and shrunk to itself") {
  const Divergence divergence =
      first_divergence(wrong_system([](const Program& program, Outcome& outcome) {
        for (std::size_t i = 0; i < outcome.size(); ++i) {
          const bool cancel = program.steps[i].opcode == Opcode::cancel;
          if (cancel && outcome[i] == "ENOENT") outcome[i] = "ok";
        }
      }));
  INFO(to_text(divergence.shrunk, divergence.judgement));
  CHECK(to_text(divergence.shrunk) == "0: cancel\n");
  CHECK(divergence.judgement.allowed == std::set<Outcome>{{"ENOENT"}});
  CHECK(divergence.judgement.seen == Outcome{"ok"});
}

TEST_CASE("a byte that goes astray is found, and shrunk to a send and a receive") {
  const Divergence divergence =
      first_divergence(wrong_system([](const Program& program, Outcome& outcome) {
        for (std::size_t i = 0; i < outcome.size(); ++i) {
          const bool receive = program.steps[i].opcode == Opcode::receive;
          const std::size_t content = outcome[i].find(" <");
          if (receive && content != std::string::npos) outcome[i].erase(content);
        }
      }));
  INFO(to_text(divergence.shrunk, divergence.judgement));
  CHECK(divergence.shrunk.steps.size() == 2);
}

TEST_CASE("a completion that never comes is found") {
  const Divergence divergence =
      first_divergence(wrong_system([](const Program& program, Outcome& outcome) {
        for (std::size_t i = 0; i < outcome.size(); ++i) {
          if (program.steps[i].opcode == Opcode::fsync) outcome[i] = "pending";
        }
      }));
  CHECK(divergence.shrunk.steps.size() == 1);
}

TEST_CASE("where worlds are left that nobody visited, nothing is judged") {
  FuzzConfig config;
  config.search.worlds_max = 1;
  const Fuzzer fuzzer(
      config,
      {wrong_system([](const Program&, Outcome& outcome) { outcome[0] = "something else"; })});
  CHECK(fuzzer.judge(parse_program("0: no_op\n1: no_op\n")).verdict == Verdict::not_judged);
}

TEST_CASE("the live systems and the simulated one agree about small random programs") {
  std::signal(SIGPIPE, SIG_IGN);
  std::vector<Arm> arms = live_arms();
  arms.push_back(usual_arm());
  const Fuzzer fuzzer({.search = {.worlds_max = 3000}}, arms);
  std::size_t judged = 0;
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    const Program program = random_program(seed);
    const Judgement judgement = fuzzer.judge(program);
    if (judgement.verdict != Verdict::not_judged) ++judged;
    if (judgement.verdict == Verdict::diverges) {
      FAIL_CHECK("seed " << seed << "\n" << to_text(program, judgement));
    }
  }
  CHECK(judged > 120);
}

}  // namespace proactor_lab::fuzz
