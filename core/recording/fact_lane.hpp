// The facts of one thread, stored in pages. The thread appends and never waits for a reader; one
// other thread may read what is already published.
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

  /// Allocates a page if no spare one is left. Returns the number of facts appended so far. Owning
  /// thread.
  FactIndex append(const Fact& fact) {
    if (!has_room()) [[unlikely]]
      turn_page(end_);
    return append_in_room(fact);
  }

  /// Fast path, in which no function is called: checks for space on the page for one fact or two,
  /// then appends without a check. Owning thread.
  bool has_room() const { return next_.load(std::memory_order_relaxed) != end_; }
  bool has_room_for_two() const { return end_ - next_.load(std::memory_order_relaxed) >= 2; }
  [[gnu::always_inline]] FactIndex append_in_room(const Fact& fact) {
    Fact* place = next_.load(std::memory_order_relaxed);
    *place = fact;
    next_.store(place + 1, std::memory_order_release);
    return count_before(place + 1);
  }
  /// Appends two facts that belong together and publishes them at once.
  [[gnu::always_inline]] void append_in_room(const Fact& first, const Fact& second) {
    Fact* place = next_.load(std::memory_order_relaxed);
    place[0] = first;
    place[1] = second;
    next_.store(place + 2, std::memory_order_release);
  }

  /// Appends several facts in a row and publishes them together when it is destroyed. Owning
  /// thread, which appends nothing else meanwhile.
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
    Fact* end_;  // copy of the lane's: the compiler must assume that storing facts changes the
                 // original
  };

  /// Number of facts appended so far. Owning thread.
  FactIndex count() const { return count_before(next_.load(std::memory_order_relaxed)); }

  /// Calls `each` with every fact. REQUIRES: no thread appends meanwhile.
  template <class Function>
  void for_each(Function&& each) const {
    for (const Fact* page : full_) {
      for (std::size_t i = 0; i < facts_a_page; ++i) each(page[i]);
    }
    for (const Fact* fact = current_; fact != next_.load(); ++fact) each(*fact);
  }

  /// Calls `each` with the facts published since the last call, and recycles their pages. One
  /// reading thread.
  template <class Function>
  void take(Function&& each) {
    for (std::size_t left = published(); left > 0;) {
      const Stretch stretch = next_stretch(left);
      for (const Fact* fact = stretch.begin; fact != stretch.end; ++fact) each(*fact);
      left -= static_cast<std::size_t>(stretch.end - stretch.begin);
      recycle(stretch);
    }
  }

  /// Forgets all facts and keeps their memory. REQUIRES: no thread appends or takes meanwhile.
  void forget();

  /// True if more than a few pages wait to be taken. Any thread.
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

  std::atomic<Fact*> next_{nullptr};  // everything before it is complete and published
  Fact* end_ = nullptr;
  FactIndex room_so_far_ = 0;  // capacity of all pages so far

  mutable std::mutex mutex_;        // guards all members below
  std::vector<LargeBlock> blocks_;  // the memory of the pages; the first holds one page
  std::vector<Fact*> full_;         // pages, oldest first; few if they are taken regularly
  std::vector<Fact*> spare_;
  Fact* current_ = nullptr;  // the page that next_ points into
  std::size_t taken_ = 0;    // facts taken of the oldest page; used by the reader only
};

}  // namespace proactor_lab
