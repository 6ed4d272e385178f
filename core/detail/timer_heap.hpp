// Operations that wait for a moment in time: the earliest is on top, and any of them can be
// removed. Each stores its index in the heap (`backend_state[timer_place]`), so removal needs no
// search.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/async_operation.hpp"

namespace proactor_lab {

/// Operations of the same moment are popped in the order in which they were added. Allocates only
/// if it holds more operations than ever before.
class TimerHeap {
 public:
  static constexpr std::size_t timer_place = 2;

  bool empty() const { return heap_.empty(); }
  std::size_t size() const { return heap_.size(); }
  /// The earliest moment, or `never` if the heap is empty.
  Instant next_moment() const { return heap_.empty() ? never : heap_.front().moment; }
  /// For iterating over all operations, in heap order.
  AsyncOperation& at(std::size_t place) const { return *heap_[place].operation; }
  void clear() { heap_.clear(); }

  void add(AsyncOperation& operation, Instant moment) {
    heap_.push_back({moment, ++added_, &operation});
    move_up(heap_.size() - 1);
  }

  AsyncOperation& pop() {
    AsyncOperation& operation = *heap_.front().operation;
    remove(operation);
    return operation;
  }

  void remove(const AsyncOperation& operation) {
    const auto place = static_cast<std::size_t>(operation.backend_state[timer_place]);
    const Entry last = heap_.back();
    heap_.pop_back();
    if (place == heap_.size()) return;
    put(place, last);
    move_up(place);
    move_down(static_cast<std::size_t>(last.operation->backend_state[timer_place]));
  }

 private:
  struct Entry {
    Instant moment{};
    std::uint64_t number = 0;
    AsyncOperation* operation = nullptr;
    bool before(const Entry& other) const {
      return moment != other.moment ? moment < other.moment : number < other.number;
    }
  };

  void put(std::size_t place, const Entry& entry) {
    heap_[place] = entry;
    entry.operation->backend_state[timer_place] = place;
  }

  void move_up(std::size_t place) {
    const Entry entry = heap_[place];
    while (place > 0 && entry.before(heap_[(place - 1) / 2])) {
      put(place, heap_[(place - 1) / 2]);
      place = (place - 1) / 2;
    }
    put(place, entry);
  }

  void move_down(std::size_t place) {
    const Entry entry = heap_[place];
    while (true) {
      std::size_t child = 2 * place + 1;
      if (child >= heap_.size()) break;
      if (child + 1 < heap_.size() && heap_[child + 1].before(heap_[child])) ++child;
      if (!heap_[child].before(entry)) break;
      put(place, heap_[child]);
      place = child;
    }
    put(place, entry);
  }

  std::vector<Entry> heap_;
  std::uint64_t added_ = 0;
};

}  // namespace proactor_lab
