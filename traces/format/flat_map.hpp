// A map from numbers to values, in one array: for the many look-ups that turning facts into events
// takes. Linear probing; erasing shifts back what comes after, so that no trace of it is left.
// References are valid until the next insertion or erasure.
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

  /// Null where there is none.
  Value* find(std::uint64_t key) {
    if (places_.empty()) return nullptr;
    Place& place = places_[place_of(key)];
    return place.used ? &place.value : nullptr;
  }
  const Value* find(std::uint64_t key) const { return const_cast<FlatMap*>(this)->find(key); }

  /// A value-initialized one is put where there is none.
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
      // Whoever would be looked for at the hole or before it has to move there.
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
  // Knuth's multiplicative hash: the upper half has seen every bit.
  std::size_t home_of(std::uint64_t key) const {
    return static_cast<std::size_t>((key * 0x9E3779B97F4A7C15u) >> 32) & mask();
  }
  /// Where the key is, or would be put.
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

  std::vector<Place> places_;  // none, or a power of two of them
  std::size_t size_ = 0;
};

}  // namespace proactor_lab
