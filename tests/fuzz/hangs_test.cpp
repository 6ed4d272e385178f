// Hangs are found and shrunk without hanging.
#include "tests/fuzz/hangs.hpp"

#include <unistd.h>

#include "tests/catch.hpp"

namespace proactor_lab::fuzz {

TEST_CASE("a program that hangs is shrunk to what makes it hang") {
  const Arm arm{.name = "a system that hangs at a close",
                .play = [](const Program& program, Duration) {
                  while (program.uses(Opcode::close)) pause();
                  return Outcome{};
                }};
  const Program program = parse_program("0: no_op\nphase\n1: close s\npeer of s sends 1\n");
  CHECK(to_text(shrink_hang(program, arm)) == "0: close s\n");
  CHECK_FALSE(hangs(parse_program("0: no_op\n"), arm, 1));
}

}  // namespace proactor_lab::fuzz
