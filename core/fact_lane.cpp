#include "core/fact_lane.hpp"

namespace proactor_lab {

namespace {

constexpr std::size_t spare_pages_max = 16;
constexpr std::size_t full_pages_many = 8;

}  // namespace

Fact* FactLane::turn_page() {
  const std::lock_guard lock(mutex_);
  if (current_ != nullptr) full_.push_back(std::move(current_));
  if (spare_.empty()) {
    current_ = std::make_unique_for_overwrite<std::byte[]>(facts_a_page * sizeof(Fact));
  } else {
    current_ = std::move(spare_.back());
    spare_.pop_back();
  }
  room_so_far_ += facts_a_page;
  end_ = facts_of(current_) + facts_a_page;
  next_.store(facts_of(current_), std::memory_order_release);
  return facts_of(current_);
}

FactLane::Stretch FactLane::next_stretch() {
  const std::lock_guard lock(mutex_);
  Stretch stretch;
  if (!full_.empty()) {
    stretch = {facts_of(full_.front()) + taken_, facts_of(full_.front()) + facts_a_page, true};
  } else if (current_ != nullptr) {
    stretch = {facts_of(current_) + taken_, next_.load(std::memory_order_acquire), false};
  }
  return stretch;
}

/// After a stretch was read; false where it was the newest.
bool FactLane::recycle(const Stretch& stretch) {
  if (!stretch.whole_page) {
    taken_ += static_cast<std::size_t>(stretch.end - stretch.begin);
    return false;
  }
  const std::lock_guard lock(mutex_);
  taken_ = 0;
  if (spare_.size() < spare_pages_max) spare_.push_back(std::move(full_.front()));
  full_.erase(full_.begin());
  return true;
}

bool FactLane::is_filling() const {
  const std::lock_guard lock(mutex_);
  return full_.size() > full_pages_many;
}

}  // namespace proactor_lab
