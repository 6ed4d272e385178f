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
  void append(const Fact& fact) {
    Fact* place = next_.load(std::memory_order_relaxed);
    if (place == end_) place = turn_page();
    *place = fact;
    next_.store(place + 1, std::memory_order_release);
    ++count_;
  }

  /// How many were appended. The owning thread.
  FactIndex count() const { return count_; }

  /// Calls `each` with every fact. Nobody appends meanwhile.
  template <class Function>
  void for_each(Function&& each) const {
    for (const Page& page : full_) {
      for (std::size_t i = 0; i < facts_a_page; ++i) each(page[i]);
    }
    for (const Fact* fact = current_.get(); fact != next_.load(); ++fact) each(*fact);
  }

  /// Calls `each` with the facts published since the last call, and keeps their pages for reuse.
  /// One reading thread.
  template <class Function>
  void take(Function&& each) {
    while (true) {
      const Stretch stretch = next_stretch();
      for (const Fact* fact = stretch.begin; fact != stretch.end; ++fact) each(*fact);
      if (!recycle(stretch)) return;
    }
  }

  /// More than a few pages wait to be taken. Any thread.
  bool is_filling() const;

 private:
  static constexpr std::size_t facts_a_page = 4096;
  using Page = std::unique_ptr<Fact[]>;

  struct Stretch {
    const Fact* begin = nullptr;
    const Fact* end = nullptr;
    bool whole_page = false;
  };

  Fact* turn_page();
  Stretch next_stretch();
  bool recycle(const Stretch& stretch);

  std::atomic<Fact*> next_{nullptr};  // published: everything before it is whole
  Fact* end_ = nullptr;
  FactIndex count_ = 0;

  mutable std::mutex mutex_;  // guards what follows
  std::vector<Page> full_;    // oldest first; a few, where they are taken
  std::vector<Page> spare_;
  Page current_;           // the page that next_ points into
  std::size_t taken_ = 0;  // facts of the oldest page; the reader's alone
};

}  // namespace proactor_lab
