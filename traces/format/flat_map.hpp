// A hash map from numbers to values in one array, for the frequent look-ups when facts are expanded
// into events. Linear probing; erasing shifts later entries back, so that no tombstones remain.
// Pointers and references are valid until the next insertion or erasure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace proactor_lab {

template <class Value>
class FlatMap {
 public:
  std::size_t size() const { return size_; }

  /// Returns null if the key is absent.
  Value* find(std::uint64_t key) {
    if (places_.empty()) return nullptr;
    Place& place = places_[place_of(key)];
    return place.used ? &place.value : nullptr;
  }
  const Value* find(std::uint64_t key) const { return const_cast<FlatMap*>(this)->find(key); }

  /// Inserts a value-initialized value if the key is absent.
  Value& operator[](std::uint64_t key) {
    if (4 * (size_ + 1) > 3 * places_.size()) grow();
    Place& place = places_[place_of(key)];
    if (!place.used) {
      place = {key, true, {}};
      ++size_;
    }
    return place.value;
  }

  void erase(std::uint64_t key) {
    if (places_.empty()) return;
    std::size_t hole = place_of(key);
    if (!places_[hole].used) return;
    --size_;
    for (std::size_t at = next(hole); places_[at].used; at = next(at)) {
      // Entries whose probe passes the hole are shifted back.
      const std::size_t home = home_of(places_[at].key);
      if (((at - home) & mask()) < ((at - hole) & mask())) continue;
      places_[hole] = std::move(places_[at]);
      hole = at;
    }
    places_[hole] = {};
  }

 private:
  struct Place {
    std::uint64_t key = 0;
    bool used = false;
    Value value{};
  };

  std::size_t mask() const { return places_.size() - 1; }
  std::size_t next(std::size_t at) const { return (at + 1) & mask(); }
  // Knuth's multiplicative hash: each bit of the upper half depends on all bits of the lower half.
  std::size_t home_of(std::uint64_t key) const {
    return static_cast<std::size_t>((key * 0x9E3779B97F4A7C15u) >> 32) & mask();
  }
  /// The slot of the key, or the free slot where it would be inserted.
  std::size_t place_of(std::uint64_t key) const {
    std::size_t at = home_of(key);
    while (places_[at].used && places_[at].key != key) at = next(at);
    return at;
  }

  void grow() {
    std::vector<Place> old(places_.empty() ? 16 : 2 * places_.size());
    old.swap(places_);
    for (Place& place : old) {
      if (place.used) places_[place_of(place.key)] = std::move(place);
    }
  }

  std::vector<Place> places_;  // empty, or the size is a power of two
  std::size_t size_ = 0;
};

}  // namespace proactor_lab
