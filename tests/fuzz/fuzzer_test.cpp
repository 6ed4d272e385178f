// The fuzzer reports a divergence if there is one, and none otherwise.
#include "tests/fuzz/fuzzer.hpp"

#include <string>
#include <vector>

#include "tests/fuzz/generator.hpp"
#include "tests/fuzz/simulated_stage.hpp"
#include "tests/support/catch.hpp"

namespace proactor_lab::fuzz {
namespace {

/// A system with one error: one simulated world whose outcome is falsified.
Arm wrong_system(void (*falsify)(const Program&, Outcome&)) {
  return {.name = "a wrong system", .play = [falsify](const Program& program, Duration) {
            SeededChoices choices(7);
            Outcome outcome = play_simulated(program, choices);
            outcome.may_be_slow = false;
            falsify(program, outcome);
            return outcome;
          }};
}

Opcode verb_of(const Program& program, const Event& event) {
  return program.steps[static_cast<std::size_t>(event.step)].opcode;
}

/// Fuzzes with one arm until a divergence is found and shrunk.
Divergence first_divergence(const Arm& arm) {
  const Fuzzer fuzzer({}, {arm});
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    const Program program = random_program(seed);
    const Judgement judgement = fuzzer.judge(program);
    if (judgement.verdict == Verdict::diverges) return fuzzer.shrink(program, judgement);
  }
  FAIL("the fuzzer did not notice");
  return {};
}

}  // namespace

TEST_CASE("one world of the simulator is among its worlds") {
  const Fuzzer fuzzer({}, {wrong_system([](const Program&, Outcome&) {})});
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    INFO(to_text(random_program(seed)));
    CHECK(fuzzer.judge(random_program(seed)).verdict != Verdict::diverges);
  }
}

TEST_CASE("a cancel that finds nothing and says it did is found, and shrunk to itself") {
  const Divergence divergence =
      first_divergence(wrong_system([](const Program& program, Outcome& outcome) {
        for (Event& event : outcome.events) {
          const bool cancel = verb_of(program, event) == Opcode::cancel;
          if (cancel && event.text == "ENOENT") event.text = "0";
        }
      }));
  INFO(to_text(divergence.shrunk));
  CHECK(to_text(divergence.shrunk) == "0: cancel\n");
  CHECK(to_text(divergence.judgement.seen) == "0=0");
}

TEST_CASE("a byte that goes astray is found, and shrunk to what moves it") {
  const Divergence divergence = first_divergence(wrong_system([](const Program&, Outcome& outcome) {
    for (Event& event : outcome.events) event.text = event.text.substr(0, event.text.find('<'));
  }));
  INFO(to_text(divergence.shrunk));
  CHECK(divergence.shrunk.steps.size() <= 2);
}

TEST_CASE("a completion that never comes is found") {
  const Divergence divergence =
      first_divergence(wrong_system([](const Program& program, Outcome& outcome) {
        std::erase_if(outcome.events,
                      [&](const Event& event) { return verb_of(program, event) == Opcode::fsync; });
      }));
  INFO(to_text(divergence.shrunk));
  CHECK(divergence.shrunk.steps.size() == 1);
}

TEST_CASE("completions in an order that no world has are found where the whole order counts") {
  Arm arm = wrong_system([](const Program&, Outcome& outcome) {
    for (std::size_t i = 1; i < outcome.events.size(); ++i) {
      Event& first = outcome.events[i - 1];
      if (first.phase == outcome.events[i].phase && first.text == "EBADF") {
        std::swap(first, outcome.events[i]);
      }
    }
  });
  const Divergence divergence = first_divergence(arm);
  INFO(to_text(divergence.shrunk));
  CHECK(divergence.shrunk.steps.size() <= 3);
  arm.compared = Compared::each_step;
  CHECK(Fuzzer({}, {arm}).judge(divergence.shrunk).verdict == Verdict::agrees);
}

TEST_CASE("if worlds are left that were not visited, nothing is judged") {
  FuzzConfig config;
  config.search.worlds_max = 1;
  const Fuzzer fuzzer(config, {wrong_system([](const Program&, Outcome& outcome) {
                        outcome.events[0].text = "something else";
                      })});
  CHECK(fuzzer.judge(parse_program("0: no_op\n1: no_op\n")).verdict == Verdict::not_judged);
}

TEST_CASE("what was only slow does not count") {
  // A system on which a long patience sees completions that a short one misses.
  const Arm slow{.name = "a slow system", .play = [](const Program& program, Duration patience) {
                   SeededChoices choices(7);
                   Outcome outcome = play_simulated(program, choices);
                   outcome.may_be_slow = patience < FuzzConfig{}.much_patience;
                   if (outcome.may_be_slow) outcome.events.clear();
                   return outcome;
                 }};
  CHECK(Fuzzer({}, {slow}).judge(parse_program("0: no_op\n")).verdict == Verdict::slow);
}

TEST_CASE("the live systems and the simulated one agree about random programs") {
  Watchdog watchdog(std::chrono::seconds{10});
  std::vector<Arm> arms = live_arms(watchdog);
  arms.push_back(usual_arm());
  const Fuzzer fuzzer({}, arms);
  std::size_t judged = 0;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    const Program program = random_program(seed);
    const Judgement judgement = fuzzer.judge(program);
    if (judgement.verdict != Verdict::not_judged) ++judged;
    if (judgement.verdict == Verdict::diverges) {
      FAIL_CHECK("seed " << seed << "\n" << fuzzer.to_text(program, judgement));
    }
  }
  CHECK(judged > 280);
}

}  // namespace proactor_lab::fuzz
