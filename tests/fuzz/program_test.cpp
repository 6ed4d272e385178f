// Programs as data: made from seeds, printed, read back, mended.
#include "tests/fuzz/program.hpp"

#include <stdexcept>
#include <string>

#include "tests/catch.hpp"
#include "tests/fuzz/generator.hpp"

namespace proactor_lab::fuzz {

TEST_CASE("a random program is printed and read back as it was, and is the same for its seed") {
  for (std::uint64_t seed = 1; seed <= 2000; ++seed) {
    const Program program = random_program(seed);
    INFO(seed << "\n" << to_text(program));
    CHECK(program.steps.size() >= 2);
    CHECK(program.steps.size() <= 8);
    REQUIRE(parse_program(to_text(program)) == program);
    REQUIRE(random_program(seed) == program);
  }
}

TEST_CASE("all that a step can say is said in words") {
  const std::string text =
      "0: receive a length 16 link soft\n"
      "1: link_timeout lasting link hard\n"
      "2: write f length 4 offset 20\n"
      "3: shutdown b side receive\n"
      "4: poll d writable after 3\n"
      "5: accept l many after 4\n"
      "6: cancel step 0\n"
      "7: connect u\n";
  CHECK(to_text(parse_program(text)) == text);
}

TEST_CASE("a program that cannot be read is refused with its line") {
  const auto refusal = [](const std::string& text) -> std::string {
    try {
      parse_program(text);
    } catch (const std::invalid_argument& error) {
      return error.what();
    }
    return "";
  };
  CHECK(refusal("0: receive a\n2: send b\n").find("line 2") == 0);
  CHECK(refusal("0: recieve a\n").find("unknown operation: recieve") != std::string::npos);
  CHECK(refusal("0: send a length many\n").find("a number up to 4096") != std::string::npos);
  CHECK(refusal("0: send a length 5000\n").find("a number up to 4096") != std::string::npos);
  CHECK(refusal("0: no_op after 0\n").find("line 1") == 0);
  CHECK(refusal("0: shutdown a side left\n").find("unknown word: left") != std::string::npos);
  CHECK(refusal("0: no_op soon\n").find("unknown word: soon") != std::string::npos);
  // A chain with no end, and a handle opened where another is closed.
  CHECK(refusal("0: no_op link soft\n").find("mended it would be\n0: no_op\n") !=
        std::string::npos);
  CHECK_FALSE(refusal("0: close a\n1: accept l\n").empty());
}

TEST_CASE("without a step, what came after it comes after what it came after") {
  const Program program = parse_program(
      "0: receive a length 1\n"
      "1: send b length 1 after 0\n"
      "2: no_op after 1\n"
      "3: cancel step 1\n");
  CHECK(to_text(without(program, 1)) ==
        "0: receive a length 1\n"
        "1: no_op after 0\n"
        "2: cancel\n");
}

}  // namespace proactor_lab::fuzz
