// The facts of one thread, page by page. The thread appends and never waits for a reader; one other
// thread may read what is already published.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

#include "core/detail/large_pages.hpp"
#include "core/recording/fact.hpp"

namespace proactor_lab {

class FactLane {
 public:
  FactLane() = default;
  FactLane(const FactLane&) = delete;
  FactLane& operator=(const FactLane&) = delete;

  /// The owning thread. Allocates a page where none is to be had again. Returns how many were
  /// appended so far.
  FactIndex append(const Fact& fact) {
    if (!has_room()) [[unlikely]]
      turn_page(end_);
    return append_in_room(fact);
  }

  /// Whether one more fits on the page, or two; and adding to it then. Apart, so that the most
  /// frequent case calls no function. The owning thread.
  bool has_room() const { return next_.load(std::memory_order_relaxed) != end_; }
  bool has_room_for_two() const { return end_ - next_.load(std::memory_order_relaxed) >= 2; }
  [[gnu::always_inline]] FactIndex append_in_room(const Fact& fact) {
    Fact* place = next_.load(std::memory_order_relaxed);
    *place = fact;
    next_.store(place + 1, std::memory_order_release);
    return count_before(place + 1);
  }
  /// Two that belong together.
  [[gnu::always_inline]] void append_in_room(const Fact& first, const Fact& second) {
    Fact* place = next_.load(std::memory_order_relaxed);
    place[0] = first;
    place[1] = second;
    next_.store(place + 2, std::memory_order_release);
  }

  /// Several in a row, published together when it goes. The owning thread, which appends nothing
  /// else meanwhile.
  class Batch {
   public:
    explicit Batch(FactLane& lane)
        : lane_(lane), place_(lane.next_.load(std::memory_order_relaxed)), end_(lane.end_) {}
    Batch(const Batch&) = delete;
    Batch& operator=(const Batch&) = delete;
    ~Batch() { lane_.next_.store(place_, std::memory_order_release); }
    [[gnu::always_inline]] void append(const Fact& fact) {
      if (place_ == end_) [[unlikely]] {
        place_ = lane_.turn_page(place_);
        end_ = lane_.end_;
      }
      *place_++ = fact;
    }

   private:
    FactLane& lane_;
    Fact* place_;
    Fact* end_;  // the lane's, which what is stored might change as far as a compiler knows
  };

  /// How many were appended. The owning thread.
  FactIndex count() const { return count_before(next_.load(std::memory_order_relaxed)); }

  /// Calls `each` with every fact. Nobody appends meanwhile.
  template <class Function>
  void for_each(Function&& each) const {
    for (const Fact* page : full_) {
      for (std::size_t i = 0; i < facts_a_page; ++i) each(page[i]);
    }
    for (const Fact* fact = current_; fact != next_.load(); ++fact) each(*fact);
  }

  /// Calls `each` with the facts published between the last call and this one, and keeps their
  /// pages for reuse. One reading thread.
  template <class Function>
  void take(Function&& each) {
    for (std::size_t left = published(); left > 0;) {
      const Stretch stretch = next_stretch(left);
      for (const Fact* fact = stretch.begin; fact != stretch.end; ++fact) each(*fact);
      left -= static_cast<std::size_t>(stretch.end - stretch.begin);
      recycle(stretch);
    }
  }

  /// Forgets all facts and keeps their memory. Nobody appends or takes meanwhile.
  void forget();

  /// More than a few pages wait to be taken. Any thread.
  bool is_filling() const;

 private:
  static constexpr std::size_t facts_a_page = 4096;
  static constexpr std::size_t pages_a_block = 13;  // just over two megabytes

  struct Stretch {
    const Fact* begin = nullptr;
    const Fact* end = nullptr;
    bool ends_page = false;
  };

  FactIndex count_before(const Fact* place) const {
    return room_so_far_ - static_cast<FactIndex>(end_ - place);
  }
  [[gnu::cold]] Fact* turn_page(Fact* end);
  void add_block();
  std::size_t published() const;
  Stretch next_stretch(std::size_t at_most) const;
  void recycle(const Stretch& stretch);

  std::atomic<Fact*> next_{nullptr};  // published: everything before it is whole
  Fact* end_ = nullptr;
  FactIndex room_so_far_ = 0;  // in all pages together

  mutable std::mutex mutex_;        // guards what follows
  std::vector<LargeBlock> blocks_;  // what pages lie in; the first holds one
  std::vector<Fact*> full_;         // pages, oldest first; a few, where they are taken
  std::vector<Fact*> spare_;
  Fact* current_ = nullptr;  // the page that next_ points into
  std::size_t taken_ = 0;    // facts of the oldest page; the reader's alone
};

}  // namespace proactor_lab
