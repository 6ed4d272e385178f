// The small indices that let a model answer in O(log n): ids to places, intervals that overlap a
// stretch, and medians of what was known so far.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

namespace proactor_lab {

/// Places of ids in a dense vector. Ids come from a file and may be anything: a good trace's stay
/// below its number of events and cost an array access; others fall back to a hash map, so that no
/// id from a file ever decides how much memory is taken.
class IdIndex {
 public:
  static constexpr std::uint32_t absent = UINT32_MAX;

  explicit IdIndex(std::size_t event_count) : id_max_(event_count) {}

  std::uint32_t find(std::uint32_t id) const {
    if (id < near_.size()) return near_[id];
    auto found = far_.find(id);
    return found == far_.end() ? absent : found->second;
  }

  void put(std::uint32_t id, std::uint32_t place) {
    if (id > id_max_) {
      far_[id] = place;
      return;
    }
    if (id >= near_.size()) near_.resize(std::size_t{id} + 1, absent);
    near_[id] = place;
  }

 private:
  std::size_t id_max_;
  std::vector<std::uint32_t> near_;
  std::unordered_map<std::uint32_t, std::uint32_t> far_;
};

/// Closed intervals, given in ascending order of `from`; finds the k that overlap a stretch in
/// O(log n + k log n).
class IntervalIndex {
 public:
  struct Interval {
    std::uint32_t from = 0;
    std::uint32_t to = 0;
  };

  IntervalIndex() = default;
  explicit IntervalIndex(std::vector<Interval> intervals);

  /// Places of the intervals that overlap [from, to], in order of their beginning.
  std::vector<std::uint32_t> overlapping(std::uint32_t from, std::uint32_t to) const;

 private:
  void visit(std::size_t node, std::size_t first, std::size_t last, std::uint32_t from,
             std::size_t end, std::vector<std::uint32_t>& found) const;

  std::vector<Interval> intervals_;
  std::vector<std::uint32_t> latest_;  ///< a heap-shaped tree: the latest `to` below each node
};

/// The median of all samples up to a moment, for every moment: a figure may only show what had
/// happened by then.
class RunningMedian {
 public:
  void add(std::uint32_t seq, std::int64_t sample);
  std::optional<std::int64_t> at(std::uint32_t seq) const;

 private:
  std::vector<std::int64_t> low_;   ///< a max-heap of the smaller half
  std::vector<std::int64_t> high_;  ///< a min-heap of the larger half
  std::vector<std::pair<std::uint32_t, std::int64_t>> medians_;
};

}  // namespace proactor_lab
