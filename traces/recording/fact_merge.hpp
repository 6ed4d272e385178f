// Merges the facts of several threads into one order: by stamp, then by lane. The order within each
// lane is kept, whatever its stamps are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

#include "core/recording/fact.hpp"

namespace proactor_lab {

class FactMerge {
 public:
  /// `index` is the fact's position in the loop thread's recording; 0 for other threads' facts.
  void add(std::size_t lane, const Fact& fact, FactIndex index) {
    if (lane >= lanes_.size()) lanes_.resize(lane + 1);
    lanes_[lane].push_back({fact, index});
  }

  /// Calls `each` with the facts stamped up to `until` and removes them.
  template <class Function>
  void drain(std::int64_t until, Function&& each) {
    while (Lane* lane = earliest()) {
      if (lane->front().fact.time_ns > until) return;
      each(lane->front().fact, lane->front().index);
      lane->pop_front();
    }
  }

 private:
  struct Indexed {
    Fact fact;
    FactIndex index;
  };
  using Lane = std::deque<Indexed>;

  // There are few lanes: a linear search is as fast as a heap.
  Lane* earliest() {
    Lane* best = nullptr;
    for (Lane& lane : lanes_) {
      if (lane.empty()) continue;
      if (best == nullptr || lane.front().fact.time_ns < best->front().fact.time_ns) best = &lane;
    }
    return best;
  }

  std::vector<Lane> lanes_;
};

}  // namespace proactor_lab
