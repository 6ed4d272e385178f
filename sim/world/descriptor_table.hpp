// Assigns descriptor numbers as Linux does: always the lowest that is free (open(2)). A closed
// number is soon reused, and a program that keeps it uses the wrong stream.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <vector>

#include "core/values/handle.hpp"

namespace proactor_lab {

class DescriptorTable {
 public:
  static constexpr std::uint32_t nothing = UINT32_MAX;

  explicit DescriptorTable(std::int32_t limit) : limit_(limit) {}

  /// True if no number is left (EMFILE).
  bool full() const {
    return free_.empty() && first + static_cast<std::int32_t>(objects_.size()) >= limit_;
  }

  /// Maximum number of descriptors that were open at the same time.
  std::size_t most() const { return objects_.size(); }

  /// `object` is the caller's index. REQUIRES: not full.
  Handle add(std::uint32_t object) {
    if (free_.empty()) {
      free_.push_back(first + static_cast<std::int32_t>(objects_.size()));
      objects_.push_back(nothing);
    }
    std::pop_heap(free_.begin(), free_.end(), std::greater<>{});
    const std::int32_t number = free_.back();
    free_.pop_back();
    objects_[static_cast<std::size_t>(number - first)] = object;
    return Handle{number};
  }

  /// Returns `nothing` if the handle is not open (EBADF).
  std::uint32_t object_of(Handle handle) const {
    const std::int64_t place = std::int64_t{to_number(handle)} - first;
    if (place < 0 || place >= static_cast<std::int64_t>(objects_.size())) return nothing;
    return objects_[static_cast<std::size_t>(place)];
  }

  void remove(Handle handle) {
    objects_[static_cast<std::size_t>(to_number(handle) - first)] = nothing;
    free_.push_back(to_number(handle));
    std::push_heap(free_.begin(), free_.end(), std::greater<>{});
  }

 private:
  static constexpr std::int32_t first = 3;  // as if the standard streams were open

  std::int32_t limit_;
  std::vector<std::uint32_t> objects_;  // by number
  std::vector<std::int32_t> free_;      // a heap
};

}  // namespace proactor_lab
