// The baseline: a binary heap of 16-byte entries. It only removes its least entry and inserts a
// later one, as any simulation must.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

namespace proactor_lab::bench {

class BareHeap {
 public:
  explicit BareHeap(std::size_t pending) {
    for (std::size_t i = 0; i < pending; ++i) entries_.push_back({next() >> spread_shift, i});
    std::make_heap(entries_.begin(), entries_.end(), std::greater<>{});
  }

  /// Removes the least entry and inserts it again with a later time, `times` times.
  void turn(std::size_t times) {
    for (std::size_t i = 0; i < times; ++i) {
      std::pop_heap(entries_.begin(), entries_.end(), std::greater<>{});
      entries_.back().first += 1 + (next() >> spread_shift);
      std::push_heap(entries_.begin(), entries_.end(), std::greater<>{});
    }
  }

 private:
  static constexpr int spread_shift = 44;  // up to 2^20

  std::uint64_t next() {  // Marsaglia's xorshift
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    return state_ ^= state_ << 17;
  }

  std::uint64_t state_ = 88172645463325252u;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> entries_;
};

}  // namespace proactor_lab::bench
