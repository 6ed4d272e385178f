// The facts of one thread, page by page. The thread appends and never waits for a reader; one other
// thread may read what is already published.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

#include "core/fact.hpp"

namespace proactor_lab {

class FactLane {
 public:
  FactLane() = default;
  FactLane(const FactLane&) = delete;
  FactLane& operator=(const FactLane&) = delete;

  /// The owning thread. Allocates a page where none is to be had again.
  [[gnu::always_inline]] void append(const Fact& fact) {
    Fact* place = next_.load(std::memory_order_relaxed);
    if (place == end_) [[unlikely]]
      place = turn_page();
    *place = fact;
    next_.store(place + 1, std::memory_order_release);
  }

  /// Two that belong together.
  [[gnu::always_inline]] void append(const Fact& first, const Fact& second) {
    Fact* place = next_.load(std::memory_order_relaxed);
    if (end_ - place < 2) [[unlikely]] {
      append(first);
      return append(second);
    }
    place[0] = first;
    place[1] = second;
    next_.store(place + 2, std::memory_order_release);
  }

  /// How many were appended. The owning thread.
  FactIndex count() const {
    return room_so_far_ - static_cast<FactIndex>(end_ - next_.load(std::memory_order_relaxed));
  }

  /// Calls `each` with every fact. Nobody appends meanwhile.
  template <class Function>
  void for_each(Function&& each) const {
    for (const Page& page : full_) {
      for (std::size_t i = 0; i < facts_a_page; ++i) each(facts_of(page)[i]);
    }
    for (const Fact* fact = facts_of(current_); fact != next_.load(); ++fact) each(*fact);
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

  /// More than a few pages wait to be taken. Any thread.
  bool is_filling() const;

 private:
  static constexpr std::size_t facts_a_page = 4096;
  // Bytes, because what has not been written yet needs no first value.
  using Page = std::unique_ptr<std::byte[]>;
  static Fact* facts_of(const Page& page) { return reinterpret_cast<Fact*>(page.get()); }

  struct Stretch {
    const Fact* begin = nullptr;
    const Fact* end = nullptr;
    bool ends_page = false;
  };

  [[gnu::cold]] Fact* turn_page();
  std::size_t published() const;
  Stretch next_stretch(std::size_t at_most) const;
  void recycle(const Stretch& stretch);

  std::atomic<Fact*> next_{nullptr};  // published: everything before it is whole
  Fact* end_ = nullptr;
  FactIndex room_so_far_ = 0;  // in all pages together

  mutable std::mutex mutex_;  // guards what follows
  std::vector<Page> full_;    // oldest first; a few, where they are taken
  std::vector<Page> spare_;
  Page current_;           // the page that next_ points into
  std::size_t taken_ = 0;  // facts of the oldest page; the reader's alone
};

}  // namespace proactor_lab
