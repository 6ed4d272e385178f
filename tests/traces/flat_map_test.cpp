#include "traces/format/flat_map.hpp"

#include <random>
#include <unordered_map>

#include "tests/support/catch.hpp"

namespace proactor_lab {

TEST_CASE("a flat map holds what a map holds, whatever is put in and taken out") {
  std::mt19937_64 random(1);
  FlatMap<int> flat;
  std::unordered_map<std::uint64_t, int> model;
  bool same = true;
  for (int step = 0; step < 100'000; ++step) {
    // Few keys, so that they collide; some far apart, so that probes wrap around.
    const std::uint64_t key = (random() % 300) * (step % 3 == 0 ? 0x100000001u : 1);
    if (random() % 3 == 0) {
      flat.erase(key);
      model.erase(key);
    } else {
      flat[key] = step;
      model[key] = step;
    }
    const std::uint64_t asked = random() % 300;
    const int* found = flat.find(asked);
    const auto expected = model.find(asked);
    same = same && (found != nullptr) == (expected != model.end()) &&
           (found == nullptr || *found == expected->second) && flat.size() == model.size();
  }
  CHECK(same);
}

TEST_CASE("an empty flat map has nothing to find or erase") {
  FlatMap<int> flat;
  flat.erase(1);
  CHECK(flat.find(1) == nullptr);
  CHECK(flat[1] == 0);
}

}  // namespace proactor_lab
