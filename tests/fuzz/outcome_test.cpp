// Which worlds can still show an outcome that was seen.
#include "tests/fuzz/outcome.hpp"

#include "tests/support/catch.hpp"

namespace proactor_lab::fuzz {
namespace {

const Outcome seen{{{0, 0, "1"}, {0, 1, "2"}, {1, 0, "3"}}, "", false};

}  // namespace

TEST_CASE("where the whole order counts, a world that shows another is given up at once") {
  Unexplained unexplained;
  unexplained.add(seen, Compared::whole_order, "");
  unexplained.begin_world();
  CHECK(unexplained.accepts({0, 0, "1"}));
  CHECK_FALSE(unexplained.accepts({1, 0, "3"}));
  unexplained.begin_world();
  CHECK(unexplained.accepts({0, 0, "1"}));
  CHECK_FALSE(unexplained.accepts_end_of_phase(0));
  unexplained.begin_world();
  CHECK(unexplained.accepts({0, 0, "1"}));
  CHECK(unexplained.accepts({0, 1, "2"}));
  CHECK(unexplained.accepts_end_of_phase(0));
}

TEST_CASE("where each step's order counts, steps of one phase may complete in any order") {
  Unexplained unexplained;
  unexplained.add(seen, Compared::each_step, "");
  unexplained.begin_world();
  CHECK(unexplained.accepts({0, 1, "2"}));
  CHECK(unexplained.accepts({0, 0, "1"}));
  CHECK(unexplained.accepts_end_of_phase(0));
  CHECK(unexplained.accepts({1, 0, "3"}));
  CHECK_FALSE(unexplained.accepts({1, 0, "3"}));
  unexplained.begin_world();
  CHECK_FALSE(unexplained.accepts({0, 1, "3"}));
}

TEST_CASE("a world is of interest for as long as it can show one of several outcomes") {
  Outcome other = seen;
  other.events[2].text = "4";
  Unexplained unexplained;
  unexplained.add(seen, Compared::whole_order, "");
  unexplained.add(other, Compared::whole_order, "");
  unexplained.explain(seen);
  REQUIRE_FALSE(unexplained.empty());
  CHECK(unexplained.first().outcome == other);
  unexplained.begin_world();
  CHECK(unexplained.accepts({0, 0, "1"}));
  CHECK(unexplained.accepts({0, 1, "2"}));
  CHECK_FALSE(unexplained.accepts({1, 0, "3"}));
}

TEST_CASE("an outcome is one line") {
  Outcome outcome = seen;
  outcome.ending = "2 pending";
  CHECK(to_text(outcome) == "0=1 1=2 | 0=3; 2 pending");
}

}  // namespace proactor_lab::fuzz
