// Hangs and crashes are found and shrunk in other processes.
#include "tests/fuzz/hangs.hpp"

#include <csignal>

#include <unistd.h>

#include "tests/support/catch.hpp"

namespace proactor_lab::fuzz {

TEST_CASE("a program that hangs is shrunk to what makes it hang") {
  const Arm arm{.name = "a system that hangs at a close",
                .play = [](const Program& program, Duration) {
                  while (program.uses(Opcode::close)) pause();
                  return Outcome{};
                }};
  const auto play = [&](const Program& program) { play_repeatedly(program, arm); };
  const Program program = parse_program("0: no_op\nphase\n1: close s\npeer of s sends 1\n");
  CHECK(to_text(shrink_bad_end(program, play)) == "0: close s\n");
  CHECK_FALSE(ends_badly([&] { play(parse_program("0: no_op\n")); }));
}

TEST_CASE("so is one that crashes") {
  const auto play = [](const Program& program) {
    if (program.uses(Opcode::accept)) std::raise(SIGSEGV);
  };
  const Program program = parse_program("0: no_op\n1: accept l many\n");
  CHECK(to_text(shrink_bad_end(program, play)) == "0: accept l\n");
}

}  // namespace proactor_lab::fuzz
