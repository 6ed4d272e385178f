// The times at which events are due, earliest first. Stores only times and the index of each event.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/detail/large_pages.hpp"
#include "core/values/time.hpp"

namespace proactor_lab {

/// A heap with four children per node: half as deep as a binary heap, and the children of a node
/// share one cache line. Entries of equal time come out in no particular order.
class EventHeap {
 public:
  struct Entry {
    Instant time;
    std::uint32_t order = 0;  // of scheduling; for the owner's use
    std::uint32_t place = 0;  // index of the event, for the owner's use
  };

  bool empty() const { return entries_.size() == root; }
  std::size_t size() const { return entries_.size() - root; }
  const Entry& front() const { return at(root); }

  /// The index of an entry; valid until the heap changes.
  using Place = std::size_t;
  static constexpr Place nowhere = 0;
  const Entry& at(Place place) const { return entries_[place]; }
  /// The earliest entry except the front; `nowhere` if there is no other.
  Place second() const { return least_child(root); }

  void push(const Entry& entry) {
    entries_.push_back(entry);
    rise(entries_.size() - 1, entry);
  }

  /// Removes the earliest entry.
  Entry pop() {
    const Entry least = front();
    const Entry last = entries_.back();
    entries_.pop_back();
    if (!empty()) replace_front(last, second());
    return least;
  }

  /// Removes the earliest entry and adds `entry`: cheaper than one after the other. `second` must
  /// be the result of `second()`.
  void replace_front(const Entry& entry, Place second) {
    // The hole sinks to the bottom, and the entry rises from there, because it usually belongs far
    // down.
    Entry* const heap = entries_.data();
    Place hole = root;
    std::size_t level = 0;
    for (Place least = second; least != nowhere; least = least_child(hole)) {
      heap[hole] = heap[least];
      hole = hole_[level++] = least;
    }
    rise(hole, entry);
  }

  /// After a removal: the place, `level` levels below the front, to which an entry rose by one
  /// level. REQUIRES: the heap has enough entries to fill that level.
  Place risen(std::size_t level) const { return hole_[level - 1]; }

 private:
  static constexpr std::size_t children = 4;
  static_assert(children * sizeof(Entry) == 64);
  /// The places before it are unused, so that the first children begin a cache line.
  static constexpr std::size_t root = children - 1;

  static constexpr Place parent(Place place) { return place / children + root - 1; }

  Place least_child(Place place) const {
    const Entry* const heap = entries_.data();
    const Place first = (place - root + 1) * children;
    const Place end = entries_.size();
    if (first + children <= end) {
      // Without branches, because it is unpredictable which child is the earliest.
      const Place left = first + (heap[first + 1].time < heap[first].time ? 1 : 0);
      const Place right = first + (heap[first + 3].time < heap[first + 2].time ? 3 : 2);
      return heap[right].time < heap[left].time ? right : left;
    }
    Place least = first < end ? first : nowhere;
    for (Place i = first + 1; i < end; ++i) {
      if (heap[i].time < heap[least].time) least = i;
    }
    return least;
  }

  /// Moves `entry` from the hole at `place` up to where it belongs.
  void rise(Place place, const Entry& entry) {
    Entry* const heap = entries_.data();
    for (; place > root && entry.time < heap[parent(place)].time; place = parent(place)) {
      heap[place] = heap[parent(place)];
    }
    heap[place] = entry;
  }

  std::vector<Entry, LargePages<Entry>> entries_{root};
  std::array<Place, 16> hole_{};  // by level; enough for 2^32 entries
};

}  // namespace proactor_lab
