// Over many seeds, random programs reach every situation.
#include "tests/fuzz/generator.hpp"

#include <algorithm>

#include "tests/fuzz/coverage.hpp"
#include "tests/support/catch.hpp"

namespace proactor_lab::fuzz {

TEST_CASE("after a few programs per cell of coverage none is empty") {
  Coverage coverage;
  for (std::uint64_t seed = 1; seed <= 4 * cells().size(); ++seed) {
    coverage.count(random_program(seed));
  }
  INFO(coverage.report());
  CHECK(coverage.empty_cells().empty());
}

TEST_CASE("what a run is to be without is in none of its programs") {
  GeneratorConfig config;
  config.without = {"drain", "f", "close", "resets"};
  for (std::uint64_t seed = 1; seed <= 3000; ++seed) {
    const Program program = random_program(seed, config);
    INFO(to_text(program));
    CHECK_FALSE(program.uses("f"));
    CHECK_FALSE(program.uses(Opcode::close));
    CHECK(to_text(program).find("drain") == std::string::npos);
    CHECK(to_text(program).find("resets") == std::string::npos);
  }
}

TEST_CASE("coverage counts a step in each cell that it belongs to") {
  const auto cell = [](const std::string& text) {
    for (std::size_t i = 0; i < cells().size(); ++i) {
      if (to_text(cells()[i]) == text) return i;
    }
    FAIL("no such cell: " << text);
    return std::size_t{0};
  };
  Coverage coverage;
  coverage.count(
      parse_program("0: receive s length 1 many drain link soft\n"
                    "1: link_timeout\n"
                    "phase\n"
                    "2: close x\n"
                    "3: no_op after 2\n"));
  CHECK(coverage.at(cell("receive many on stream with drain")) == 1);
  CHECK(coverage.at(cell("receive many on stream with soft_link")) == 1);
  CHECK(coverage.at(cell("receive many on stream with bounded")) == 1);
  CHECK(coverage.at(cell("receive many on stream")) == 0);
  CHECK(coverage.at(cell("link_timeout brief on none with behind_link")) == 1);
  CHECK(coverage.at(cell("close on closed, later")) == 1);
  CHECK(coverage.at(cell("no_op on none with after, later")) == 1);
}

}  // namespace proactor_lab::fuzz
