// The times at which events are due, least first. It knows times only, and where each event lies.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/large_pages.hpp"
#include "core/time.hpp"

namespace proactor_lab {

/// A heap of four children a node: half as deep as one of two, and the children of a node lie in
/// one cache line. Those of one time come out in no order.
class EventHeap {
 public:
  struct Entry {
    Instant time;
    std::uint32_t order = 0;  // of scheduling; its owner's affair
    std::uint32_t place = 0;  // of the event, with its owner
  };

  bool empty() const { return entries_.size() == root; }
  const Entry& front() const { return entries_[root]; }

  void push(const Entry& entry) {
    std::size_t at = entries_.size();
    entries_.push_back(entry);
    while (at > root) {
      const std::size_t parent = at / children + root - 1;
      if (entry.time >= entries_[parent].time) break;
      entries_[at] = entries_[parent];
      at = parent;
    }
    entries_[at] = entry;
  }

  /// Takes the least out.
  Entry pop() {
    const Entry least_of_all = front();
    const Entry last = entries_.back();
    entries_.pop_back();
    if (empty()) return least_of_all;
    // The hole at the top sinks to where the last entry fits.
    const std::size_t end = entries_.size();
    Entry* const heap = entries_.data();
    std::size_t hole = root;
    while (true) {
      const std::size_t first = (hole - root + 1) * children;
      if (first >= end) break;
      std::size_t least = first;
      if (first + children <= end) {
        // Written so that nothing has to be foretold: which is least is as good as random.
        const std::size_t left = first + (heap[first + 1].time < heap[first].time ? 1 : 0);
        const std::size_t right = first + (heap[first + 3].time < heap[first + 2].time ? 3 : 2);
        least = heap[right].time < heap[left].time ? right : left;
      } else {
        for (std::size_t i = first + 1; i < end; ++i) {
          if (heap[i].time < heap[least].time) least = i;
        }
      }
      if (heap[least].time >= last.time) break;
      heap[hole] = heap[least];
      hole = least;
    }
    heap[hole] = last;
    return least_of_all;
  }

 private:
  static constexpr std::size_t children = 4;
  static_assert(children * sizeof(Entry) == 64);
  /// Those before it stay unused, so that the first children begin a cache line.
  static constexpr std::size_t root = children - 1;

  std::vector<Entry, LargePages<Entry>> entries_{root};
};

}  // namespace proactor_lab
