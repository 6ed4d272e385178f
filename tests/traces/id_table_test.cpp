// The table that the rules use, with ids that a bad file may contain.
#include "traces/rules/id_table.hpp"

#include <map>
#include <random>

#include "tests/support/catch.hpp"

using namespace proactor_lab;

TEST_CASE("an id is unknown, under way, over, and under way again", "[rules]") {
  IdTable<int> table;
  for (const std::uint32_t id : {1u, 2u, 1000u, 70'000u, UINT32_MAX - 1, UINT32_MAX}) {
    INFO(id);
    CHECK(table.find(id) == nullptr);
    CHECK_FALSE(table.is_over(id));
    table.put(id) = 7;
    REQUIRE(table.find(id) != nullptr);
    CHECK(*table.find(id) == 7);
    table.erase(id);
    CHECK(table.find(id) == nullptr);
    CHECK(table.is_over(id));
    CHECK(table.put(id) == 0);
    CHECK_FALSE(table.is_over(id));
  }
}

TEST_CASE("a table with any ids is a map of them", "[rules]") {
  std::mt19937 random(1);
  IdTable<std::uint32_t> table;
  std::map<std::uint32_t, std::uint32_t> map;
  for (std::uint32_t i = 1; i <= 20'000; ++i) {
    // Some dense ids, some random ones, and some that the dense ones reach later.
    const std::uint32_t id = random() % 3 == 0 ? random() : random() % (i + 5000);
    if (random() % 3 == 0) {
      table.erase(id);
      map.erase(id);
    } else {
      table.put(id) = i;
      map[id] = i;
    }
  }
  std::map<std::uint32_t, std::uint32_t> found;
  table.for_each([&](std::uint32_t id, std::uint32_t value) { found[id] = value; });
  map.erase(0);  // 0 is no id: it is not visited
  CHECK(found == map);
  for (const auto& [id, value] : map) {
    REQUIRE(table.find(id) != nullptr);
    CHECK(*table.find(id) == value);
  }
}
