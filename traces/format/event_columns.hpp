// A run's events, a column a member: what every event has lies in arrays of its own, what its kind
// adds in a stream of words. An event takes some 35 bytes so, and a question that looks at few
// members reads only theirs.
//
// An event read back has its own members only: those that every event may have, and those that
// event_fields.hpp lists for its kind; the same that a file has.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <vector>

#include "traces/format/event.hpp"

namespace proactor_lab {

/// Events number `seq` 1, 2, ... in the order in which they are appended. Reading from several
/// threads is safe while nobody appends.
class EventColumns {
 public:
  std::size_t size() const { return times_.size(); }
  bool empty() const { return times_.empty(); }

  /// By place: that of `seq` is `seq - 1`. The event is put together anew; keep it, or its number.
  Event operator[](std::size_t place) const;
  Event front() const { return (*this)[0]; }
  Event back() const { return (*this)[size() - 1]; }

  // Single members, for those who need no more.
  std::int64_t time_ns(std::size_t place) const { return times_[place]; }
  EventKind kind(std::size_t place) const { return kinds_[place]; }
  std::uint32_t cause(std::size_t place) const { return causes_[place]; }
  std::uint32_t operation(std::size_t place) const { return operations_[place]; }
  std::uint16_t thread(std::size_t place) const { return threads_[place]; }
  const std::vector<std::int64_t>& times() const { return times_; }

  /// `event.seq` is not looked at.
  void push_back(const Event& event);
  /// Forgets the events from `size` on.
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
  std::vector<std::uint32_t> details_;  // where an event's words begin
  std::vector<std::uint16_t> threads_;
  std::vector<EventKind> kinds_;
  std::vector<std::uint8_t> marks_;  // certainty, role, more, and which words there are
  std::vector<std::uint32_t> words_;
};

}  // namespace proactor_lab
