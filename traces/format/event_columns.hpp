// A run's events, stored as one column per member. The members that every event has are in separate
// arrays; the members that depend on the kind are in a stream of words. An event takes about 35
// bytes, and a query that uses few members reads only their arrays.
//
// An event that is read back has only the members that every event may have and those that
// event_fields.hpp lists for its kind: the same members that a file keeps.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <vector>

#include "traces/format/event.hpp"

namespace proactor_lab {

/// Events are numbered `seq` 1, 2, ... in the order in which they are appended. Several threads may
/// read at the same time if no thread appends.
class EventColumns {
 public:
  std::size_t size() const { return times_.size(); }
  bool empty() const { return times_.empty(); }

  /// By index: the event with number `seq` has index `seq - 1`. Returns a copy that is built on
  /// each call; callers should keep the copy or the number, not a reference.
  Event operator[](std::size_t place) const;
  Event front() const { return (*this)[0]; }
  Event back() const { return (*this)[size() - 1]; }

  // Single members, for callers that need no more.
  std::int64_t time_ns(std::size_t place) const { return times_[place]; }
  EventKind kind(std::size_t place) const { return kinds_[place]; }
  std::uint32_t cause(std::size_t place) const { return causes_[place]; }
  std::uint32_t operation(std::size_t place) const { return operations_[place]; }
  std::uint16_t thread(std::size_t place) const { return threads_[place]; }
  const std::vector<std::int64_t>& times() const { return times_; }

  /// `event.seq` is ignored.
  void push_back(const Event& event);
  /// Removes the events from index `size` on.
  void truncate(std::size_t size);
  void clear() { truncate(0); }

  /// Memory held, in bytes.
  std::size_t capacity_bytes() const;

  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = Event;
    using difference_type = std::ptrdiff_t;
    using pointer = void;
    using reference = Event;

    Iterator(const EventColumns& events, std::size_t place) : events_(&events), place_(place) {}
    Event operator*() const { return (*events_)[place_]; }
    Iterator& operator++() {
      ++place_;
      return *this;
    }
    Iterator operator++(int) {
      Iterator before = *this;
      ++place_;
      return before;
    }
    bool operator==(const Iterator& other) const { return place_ == other.place_; }

   private:
    const EventColumns* events_;
    std::size_t place_;
  };
  Iterator begin() const { return {*this, 0}; }
  Iterator end() const { return {*this, size()}; }

 private:
  std::vector<std::int64_t> times_;
  std::vector<std::uint32_t> causes_;
  std::vector<std::uint32_t> operations_;
  std::vector<std::uint32_t> details_;  // index in `words_` of each event's first word
  std::vector<std::uint16_t> threads_;
  std::vector<EventKind> kinds_;
  std::vector<std::uint8_t> marks_;  // certainty, role, more, and which words are present
  std::vector<std::uint32_t> words_;
};

}  // namespace proactor_lab
