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
    current_ = std::make_unique<Fact[]>(facts_a_page);
  } else {
    current_ = std::move(spare_.back());
    spare_.pop_back();
  }
  end_ = current_.get() + facts_a_page;
  next_.store(current_.get(), std::memory_order_release);
  return current_.get();
}

FactLane::Stretch FactLane::next_stretch() {
  const std::lock_guard lock(mutex_);
  Stretch stretch;
  if (!full_.empty()) {
    stretch = {full_.front().get() + taken_, full_.front().get() + facts_a_page, true};
  } else if (current_ != nullptr) {
    stretch = {current_.get() + taken_, next_.load(std::memory_order_acquire), false};
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
