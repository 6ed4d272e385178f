#include "sim/explore/enumeration.hpp"

#include <set>
#include <string>

#include "tests/support/catch.hpp"

namespace proactor_lab {

TEST_CASE("an enumeration takes every way once, also where answers lead to other questions") {
  Enumeration choices;
  std::multiset<std::string> ways;
  do {
    std::string way;
    if (choices.pick(2, {}) == 0) {
      way = "a" + std::to_string(choices.pick(3, {}));
    } else {
      way = "b" + std::to_string(choices.pick(2, {}));
      way += std::to_string(choices.pick(2, {}));
    }
    ways.insert(way);
  } while (choices.advance());
  CHECK(ways == std::multiset<std::string>{"a0", "a1", "a2", "b00", "b01", "b10", "b11"});
  CHECK(choices.runs() == 7);
}

TEST_CASE("where nothing is asked there is one world") {
  Enumeration choices;
  CHECK_FALSE(choices.advance());
  CHECK(choices.runs() == 1);
}

}  // namespace proactor_lab
