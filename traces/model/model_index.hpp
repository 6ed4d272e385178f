// Indices for fast queries of a model: ids to array indices, lives that overlap an interval, and
// running medians.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

namespace proactor_lab {

/// Maps ids to indices in a dense vector. Ids come from an untrusted file. In a well-formed trace
/// they are not greater than its number of events, and a look-up is an array access. Larger ids go
/// to a hash map, so that an id's value cannot decide how much memory is allocated.
class IdIndex {
 public:
  static constexpr std::uint32_t absent = UINT32_MAX;

  explicit IdIndex(std::size_t event_count) : id_max_(event_count) {}

  std::uint32_t find(std::uint32_t id) const {
    if (id < near_.size()) return near_[id];
    auto found = far_.find(id);
    return found == far_.end() ? absent : found->second;
  }

  std::size_t capacity_bytes() const { return near_.capacity() * sizeof(std::uint32_t); }

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

/// Finds which of many lives, numbered in order of birth, overlap an interval. Lists of the lives
/// in progress are stored at intervals (censuses), so that a query does not scan lives that ended
/// long before.
class LifeIndex {
 public:
  struct Life {
    std::uint32_t born = 0;
    std::uint32_t died = 0;  ///< UINT32_MAX: still alive at the end
  };

  LifeIndex() = default;
  explicit LifeIndex(std::vector<Life> lives);

  /// Indices of the lives that overlap [from, to], in order of birth.
  std::vector<std::uint32_t> overlapping(std::uint32_t from, std::uint32_t to) const;
  /// Appends these indices to `found`.
  void find(std::uint32_t from, std::uint32_t to, std::vector<std::uint32_t>& found) const;
  std::size_t capacity_bytes() const;

 private:
  struct Census {
    std::uint32_t seq = 0;  // taken just before the birth of life `next`
    std::uint32_t next = 0;
    std::size_t begin = 0;  // range in `living_`: those alive at that moment
    std::size_t end = 0;
  };
  std::vector<Life> lives_;
  std::vector<Census> censuses_;
  std::vector<std::uint32_t> living_;
};

/// The median of all samples up to `seq`, for every `seq`. A figure of a past moment may show only
/// what was known then.
class RunningMedian {
 public:
  void add(std::uint32_t seq, std::int64_t sample);
  std::optional<std::int64_t> at(std::uint32_t seq) const;
  std::size_t capacity_bytes() const;

 private:
  std::vector<std::int64_t> low_;   ///< a max-heap of the smaller half
  std::vector<std::int64_t> high_;  ///< a min-heap of the larger half
  std::vector<std::pair<std::uint32_t, std::int64_t>> medians_;
};

}  // namespace proactor_lab
