// Programs as data: printed, parsed, made valid, made smaller.
#include "tests/fuzz/program.hpp"

#include <stdexcept>
#include <string>

#include "tests/fuzz/generator.hpp"
#include "tests/support/catch.hpp"

namespace proactor_lab::fuzz {

TEST_CASE("a random program is printed and read back as it was, and is the same for its seed") {
  for (std::uint64_t seed = 1; seed <= 5000; ++seed) {
    const Program program = random_program(seed);
    INFO(seed << "\n" << to_text(program));
    CHECK(program.steps.size() <= steps_max);
    REQUIRE(parse_program(to_text(program)) == program);
    REQUIRE(random_program(seed) == program);
  }
}

TEST_CASE("all that a program can say is said in words") {
  const std::string text =
      "phase keeps_buffers hurries\n"
      "0: receive a length 16 link soft\n"
      "1: link_timeout lasting link hard\n"
      "2: write f length 4 offset 20 drain\n"
      "3: shutdown b side receive\n"
      "4: poll d writable after 3\n"
      "5: accept l many after 4\n"
      "6: cancel step 0\n"
      "7: cancel_now step 0\n"
      "8: connect u missing\n"
      "peer of s sends 4\n"
      "peer of t finishes\n"
      "peer of s resets\n"
      "peer of t closes\n"
      "client connects\n"
      "datagram to h length 0\n"
      "wake\n"
      "descriptors run out\n"
      "descriptors come back\n"
      "phase\n"
      "9: receive s length 8 wait_all\n"
      "10: read r provided skip_success\n"
      "11: timer at_once absolute expiry_is_success\n"
      "12: timer negative\n"
      "13: cancel_handle x\n"
      "14: none\n"
      "15: send n length 1\n";
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
  CHECK(refusal("0: send a length many\n").find("a number up to 65536") != std::string::npos);
  CHECK(refusal("0: send a length 70000\n").find("a number up to 65536") != std::string::npos);
  CHECK(refusal("0: no_op after 0\n").find("line 1") == 0);
  CHECK(refusal("0: shutdown a side left\n").find("unknown word: left") != std::string::npos);
  CHECK(refusal("0: no_op soon\n").find("unknown word: soon") != std::string::npos);
  CHECK(refusal("peer of a sends 1\n").find("one of st") != std::string::npos);
  CHECK(refusal("client connects twice\n").find("unknown word: twice") != std::string::npos);
  CHECK(refusal("client connects\n0: no_op\n").find("steps come before") != std::string::npos);
  CHECK(refusal("0: no_op\nphase slowly\n").find("unknown word: slowly") != std::string::npos);
}

TEST_CASE("a program that means less than it says is refused, and the one that it means printed") {
  const auto meant = [](const std::string& text) -> std::string {
    try {
      parse_program(text);
    } catch (const std::invalid_argument& error) {
      const std::string message = error.what();
      return message.substr(message.find('\n') + 1);
    }
    return "";
  };
  CHECK(meant("0: no_op link soft\n") == "0: no_op\n");
  CHECK(meant("0: no_op link soft\nphase\n1: no_op\n") == "0: no_op\nphase\n1: no_op\n");
  CHECK(meant("0: no_op\nphase\n1: no_op after 0\n") == "0: no_op\nphase\n1: no_op\n");
  CHECK(meant("0: no_op length 4\n") == "0: no_op\n");
  CHECK(meant("0: cancel_now drain\n") == "0: cancel_now\n");
  CHECK(meant("0: no_op\npeer of s resets\npeer of s sends 1\n") == "0: no_op\npeer of s resets\n");
  CHECK(meant("0: no_op\nphase hurries\n") == "0: no_op\n");
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

TEST_CASE("two phases joined are one batch, after which the world acts") {
  const Program program = parse_program(
      "0: no_op\n"
      "client connects\n"
      "phase\n"
      "1: accept l\n"
      "peer of s sends 1\n");
  CHECK(to_text(joined(program, 1)) ==
        "0: no_op\n"
        "1: accept l\n"
        "client connects\n"
        "peer of s sends 1\n");
}

}  // namespace proactor_lab::fuzz
