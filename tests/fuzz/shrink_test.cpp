// Programs become as small as possible while they still fail.
#include "tests/fuzz/shrink.hpp"

#include <string>

#include "tests/fuzz/generator.hpp"
#include "tests/support/catch.hpp"

namespace proactor_lab::fuzz {

TEST_CASE("what has nothing to do with it goes: steps, acts, phases, flags, lengths") {
  const Program program = parse_program(
      "phase keeps_buffers hurries\n"
      "0: no_op drain\n"
      "1: receive t length 40 wait_all link hard\n"
      "2: link_timeout\n"
      "peer of s sends 10\n"
      "phase\n"
      "3: cancel step 1\n"
      "4: no_op after 3\n"
      "client connects\n");
  const auto has_cancel_of_receive = [](const Program& each) {
    for (const Step& step : each.steps) {
      if (step.opcode != Opcode::cancel || step.target == no_step) continue;
      const Step& target = each.steps[static_cast<std::size_t>(step.target)];
      if (target.opcode == Opcode::receive) return true;
    }
    return false;
  };
  CHECK(to_text(shrink(program, has_cancel_of_receive, 1000)) ==
        "0: receive s length 1\n"
        "1: cancel step 0\n");
}

TEST_CASE("two phases stay two if what happens between them matters") {
  const Program program = parse_program(
      "0: receive s length 4\n"
      "peer of s sends 4\n"
      "phase\n"
      "1: close s\n"
      "2: no_op\n");
  const auto closes_later = [](const Program& each) {
    return !each.steps.empty() && each.uses(Opcode::close) && each.phases.size() > 1 &&
           !each.phases[0].acts.empty();
  };
  CHECK(to_text(shrink(program, closes_later, 1000)) ==
        "peer of s sends 1\n"
        "phase\n"
        "0: close s\n");
}

TEST_CASE("each smaller program can be run and is another one, and shrinking ends") {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    const Program program = random_program(seed);
    for (const Program& each : simpler(program)) {
      INFO(to_text(each));
      REQUIRE(each != program);
      REQUIRE(parse_program(to_text(each)) == each);
    }
    int calls = 0;
    const Program smallest = shrink(
        program,
        [&](const Program&) {
          ++calls;
          return true;
        },
        100'000);
    CHECK(smallest.steps.size() == 1);
    CHECK(calls < 1000);
  }
}

}  // namespace proactor_lab::fuzz
