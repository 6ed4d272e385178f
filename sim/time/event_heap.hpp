// The times at which events are due, least first. It knows times only, and where each event lies.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/detail/large_pages.hpp"
#include "core/values/time.hpp"

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
  std::size_t size() const { return entries_.size() - root; }
  const Entry& front() const { return at(root); }

  /// Where an entry is, for as long as nothing comes or goes.
  using Place = std::size_t;
  static constexpr Place nowhere = 0;
  const Entry& at(Place place) const { return entries_[place]; }
  /// The least but for the front; `nowhere` if there is no other.
  Place second() const { return least_child(root); }

  void push(const Entry& entry) {
    entries_.push_back(entry);
    rise(entries_.size() - 1, entry);
  }

  /// Takes the least out.
  Entry pop() {
    const Entry least = front();
    const Entry last = entries_.back();
    entries_.pop_back();
    if (!empty()) replace_front(last, second());
    return least;
  }

  /// Takes the least out, and `entry` comes in: cheaper than one after the other. `second` is what
  /// `second()` says.
  void replace_front(const Entry& entry, Place second) {
    // The hole sinks all the way, and the entry rises from there: mostly it belongs far down.
    Entry* const heap = entries_.data();
    Place hole = root;
    std::size_t level = 0;
    for (Place least = second; least != nowhere; least = least_child(hole)) {
      heap[hole] = heap[least];
      hole = hole_[level++] = least;
    }
    rise(hole, entry);
  }

  /// After the least went: where entries came one level closer to the front, so many levels below
  /// it. To be asked of levels only that so many entries fill.
  Place risen(std::size_t level) const { return hole_[level - 1]; }

 private:
  static constexpr std::size_t children = 4;
  static_assert(children * sizeof(Entry) == 64);
  /// Those before it stay unused, so that the first children begin a cache line.
  static constexpr std::size_t root = children - 1;

  static constexpr Place parent(Place place) { return place / children + root - 1; }

  Place least_child(Place place) const {
    const Entry* const heap = entries_.data();
    const Place first = (place - root + 1) * children;
    const Place end = entries_.size();
    if (first + children <= end) {
      // Written so that nothing has to be foretold: which is least is as good as random.
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

  /// `entry` goes from the hole at `place` up to where it belongs.
  void rise(Place place, const Entry& entry) {
    Entry* const heap = entries_.data();
    for (; place > root && entry.time < heap[parent(place)].time; place = parent(place)) {
      heap[place] = heap[parent(place)];
    }
    heap[place] = entry;
  }

  std::vector<Entry, LargePages<Entry>> entries_{root};
  std::array<Place, 16> hole_{};  // by level: as many as 2^32 entries have
};

}  // namespace proactor_lab
