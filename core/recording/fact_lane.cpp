#include "core/recording/fact_lane.hpp"

#include <algorithm>

namespace proactor_lab {

namespace {

constexpr std::size_t full_pages_many = 8;

}  // namespace

/// Publishes the facts up to `end`, where the current page ends. Returns the start of the next
/// page.
Fact* FactLane::turn_page(Fact* end) {
  const std::lock_guard lock(mutex_);
  next_.store(end, std::memory_order_release);
  if (current_ != nullptr) full_.push_back(current_);
  if (spare_.empty()) add_block();
  current_ = spare_.back();
  spare_.pop_back();
  room_so_far_ += facts_a_page;
  end_ = current_ + facts_a_page;
  next_.store(current_, std::memory_order_release);
  return current_;
}

/// The first block is small: most threads record little, but a simulation's thread records much.
void FactLane::add_block() {
  const std::size_t pages = blocks_.empty() ? 1 : pages_a_block;
  auto* const first =
      static_cast<Fact*>(blocks_.emplace_back(pages * facts_a_page * sizeof(Fact)).data());
  for (std::size_t i = pages; i-- > 0;) spare_.push_back(first + i * facts_a_page);
}

/// Number of facts that are published and not taken.
std::size_t FactLane::published() const {
  const std::lock_guard lock(mutex_);
  if (current_ == nullptr) return 0;
  const auto in_current = next_.load(std::memory_order_acquire) - current_;
  return full_.size() * facts_a_page + static_cast<std::size_t>(in_current) - taken_;
}

FactLane::Stretch FactLane::next_stretch(std::size_t at_most) const {
  const std::lock_guard lock(mutex_);
  const Fact* page = full_.empty() ? current_ : full_.front();
  const std::size_t end = std::min(taken_ + at_most, facts_a_page);
  return {page + taken_, page + end, end == facts_a_page};
}

/// Call after a stretch was read.
void FactLane::recycle(const Stretch& stretch) {
  taken_ += static_cast<std::size_t>(stretch.end - stretch.begin);
  if (!stretch.ends_page) return;
  const std::lock_guard lock(mutex_);
  if (full_.empty()) return;  // the page is full, but the owning thread has not turned it yet
  taken_ = 0;
  spare_.push_back(full_.front());
  full_.erase(full_.begin());
}

void FactLane::forget() {
  const std::lock_guard lock(mutex_);
  // Oldest first, so that memory that was already touched is reused first.
  spare_.insert(spare_.end(), full_.rbegin(), full_.rend());
  full_.clear();
  taken_ = 0;
  room_so_far_ = current_ != nullptr ? facts_a_page : 0;
  next_.store(current_, std::memory_order_release);
}

bool FactLane::is_filling() const {
  const std::lock_guard lock(mutex_);
  return full_.size() > full_pages_many;
}

}  // namespace proactor_lab
