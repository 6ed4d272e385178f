// Records of live objects (operations, handles, buffers), by id. Ids count from 1, but come from an
// untrusted file: ids that a well-formed trace can have cost an array access, others go to a map,
// so that an id's value cannot decide how much memory is allocated. An erased id costs four bytes
// and is remembered as erased.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

namespace proactor_lab {

/// Pointers and references to records are valid until the next `put`.
template <class Record>
class IdTable {
 public:
  /// Null if the id has no record.
  Record* find(std::uint32_t id) {
    const std::uint32_t slot = slot_of(id);
    return slot == unknown || slot == over ? nullptr : &records_[slot - 1].record;
  }
  const Record* find(std::uint32_t id) const { return const_cast<IdTable*>(this)->find(id); }

  /// True if the id had a record that was erased.
  bool is_over(std::uint32_t id) const { return slot_of(id) == over; }

  /// Inserts a value-initialized record if the id has none.
  Record& put(std::uint32_t id) {
    const std::uint32_t known = slot_of(id);
    if (known != unknown && known != over) return records_[known - 1].record;
    if (free_.empty()) {
      records_.emplace_back();
      free_.push_back(static_cast<std::uint32_t>(records_.size()));
    }
    const std::uint32_t slot = free_.back();
    free_.pop_back();
    records_[slot - 1] = {id, {}};
    set_slot(id, slot);
    return records_[slot - 1].record;
  }

  void erase(std::uint32_t id) {
    const std::uint32_t slot = slot_of(id);
    if (slot == unknown || slot == over) return;
    records_[slot - 1].id = 0;
    free_.push_back(slot);
    set_slot(id, over);
  }

  /// Calls `visit(id, record)` for each record, in unspecified order.
  template <class Visit>
  void for_each(Visit visit) const {
    for (const Place& place : records_) {
      if (place.id != 0) visit(place.id, place.record);
    }
  }

 private:
  struct Place {
    std::uint32_t id = 0;  // 0: free
    Record record{};
  };
  // Special values in place of a slot number, which counts from 1.
  static constexpr std::uint32_t unknown = 0;
  static constexpr std::uint32_t over = UINT32_MAX;

  std::uint32_t slot_of(std::uint32_t id) const {
    if (id < near_.size() && near_[id] != unknown) return near_[id];
    if (far_.empty()) return unknown;
    const auto found = far_.find(id);
    return found == far_.end() ? unknown : found->second;
  }

  void set_slot(std::uint32_t id, std::uint32_t slot) {
    if (id >= near_.size() && id <= 4 * ids_ + 1024) {
      near_.resize(std::size_t{id} + id / 2 + 1, unknown);
    }
    if (id < near_.size() && !far_.contains(id)) {
      if (near_[id] == unknown) ++ids_;
      near_[id] = slot;
    } else {
      far_[id] = slot;
    }
  }

  std::vector<std::uint32_t> near_;
  std::map<std::uint32_t, std::uint32_t> far_;
  std::size_t ids_ = 0;  // in near_
  std::vector<Place> records_;
  std::vector<std::uint32_t> free_;
};

}  // namespace proactor_lab
