#include "sim/explore/search.hpp"

#include <set>

#include "tests/support/catch.hpp"

namespace proactor_lab {
namespace {

/// A world of three forks. Returns its number below eight: the choices made, as bits.
std::uint32_t world(ChoiceSource& choices) {
  std::uint32_t way = 0;
  for (std::uint32_t fork = 0; fork < 3; ++fork) {
    way = 2 * way + choices.pick(2, {QuestionKind::which_first, fork, 0});
  }
  return way;
}

}  // namespace

TEST_CASE("a search visits every world where nothing is found") {
  std::set<std::uint32_t> ways;
  const SearchResult result =
      search_worlds({.worlds_max = 100, .random_worlds = 5}, [&](ChoiceSource& choices) {
        ways.insert(world(choices));
        return false;
      });
  CHECK(result.end == SearchEnd::exhausted);
  CHECK(result.worlds == 5 + 8);
  CHECK(ways.size() == 8);
}

TEST_CASE("a search ends where the visitor had enough") {
  std::uint32_t last = 0;
  const SearchResult result =
      search_worlds({.worlds_max = 100, .random_worlds = 0}, [&](ChoiceSource& choices) {
        last = world(choices);
        return last == 5;
      });
  CHECK(result.end == SearchEnd::found);
  CHECK(last == 5);
  CHECK(result.worlds == 6);
}

TEST_CASE("a search keeps to its budget, and says that worlds are left") {
  for (const std::size_t random : {0u, 3u, 50u}) {
    std::size_t visited = 0;
    const SearchResult result =
        search_worlds({.worlds_max = 7, .random_worlds = random}, [&](ChoiceSource& choices) {
          world(choices);
          ++visited;
          return false;
        });
    CHECK(result.end == SearchEnd::budget);
    CHECK(visited == 7);
    CHECK(result.worlds == 7);
  }
}

}  // namespace proactor_lab
