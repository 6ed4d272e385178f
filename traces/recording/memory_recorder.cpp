#include "traces/recording/memory_recorder.hpp"

#include <algorithm>
#include <vector>

#include "traces/recording/fact_merge.hpp"

namespace proactor_lab {

void MemoryRecorder::replay(FactExpander& expander) {
  if (is_virtual()) return replay_virtual(expander);
  clock_.observe();
  FactMerge merge;
  FactIndex index = 0;
  loop_lane().for_each([&](const Fact& fact) { merge.add(0, fact, ++index); });
  for (std::size_t i = 0; i < other_lane_count(); ++i) {
    other_lane(i).for_each([&](const Fact& fact) { merge.add(i + 1, fact, 0); });
  }
  merge.drain(INT64_MAX, [&](Fact fact, FactIndex at) {
    fact.time_ns = clock_.to_monotonic_ns(fact.time_ns);
    expander.expand(fact, at);
  });
}

/// In the order of recording, unless simulated workers recorded ahead of the world's time. Facts
/// with the same stamp keep the order of recording, which respects cause and effect.
void MemoryRecorder::replay_virtual(FactExpander& expander) {
  struct Indexed {
    Fact fact;
    FactIndex index;
  };
  const auto earlier = [](const Indexed& a, const Indexed& b) {
    return a.fact.time_ns < b.fact.time_ns;
  };
  bool in_order = true;
  std::int64_t last_ns = 0;
  loop_lane().for_each([&](const Fact& fact) {
    in_order = in_order && fact.time_ns >= last_ns;
    last_ns = fact.time_ns;
  });
  FactIndex index = 0;
  if (in_order) {
    loop_lane().for_each([&](const Fact& fact) { expander.expand(fact, ++index); });
    return;
  }
  std::vector<Indexed> facts;
  facts.reserve(recorded());
  loop_lane().for_each([&](const Fact& fact) { facts.push_back({fact, ++index}); });
  std::stable_sort(facts.begin(), facts.end(), earlier);
  for (const Indexed& each : facts) expander.expand(each.fact, each.index);
}

}  // namespace proactor_lab
