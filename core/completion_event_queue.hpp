// Completion Event Queue (POSA2): completions wait here, in the order in which the demultiplexer
// found them, until the Proactor dequeues them.
#pragma once

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <vector>

#include "core/values/completion.hpp"

namespace proactor_lab {

/// Grows and never shrinks, so it stops allocating once it is large enough. Loop thread only.
class CompletionEventQueue {
 public:
  explicit CompletionEventQueue(std::size_t capacity = 256)
      : places_(std::max<std::size_t>(capacity, 16)) {
    clear();
  }
  CompletionEventQueue(const CompletionEventQueue&) = delete;
  CompletionEventQueue& operator=(const CompletionEventQueue&) = delete;

  bool empty() const { return head_ == tail_; }
  std::size_t size() const { return static_cast<std::size_t>(tail_ - head_); }

  /// The completion that will be popped after `index` others.
  Completion& at(std::size_t index) { return head_[index]; }

  void clear() { head_ = tail_ = places_.data(); }

  void push(const Completion& completion) {
    if (tail_ == end()) make_room(1);
    *tail_++ = completion;
  }

  /// Where to write the next `count` completions; pass the end of what was written to `pushed`.
  Completion* place_for(std::size_t count) {
    if (static_cast<std::size_t>(end() - tail_) < count) make_room(count);
    return tail_;
  }
  void pushed(Completion* end) { tail_ = end; }

  /// The reference is valid until the next push.
  const Completion& pop() {
    assert(!empty());
    return *head_++;
  }

 private:
  const Completion* end() const { return places_.data() + places_.size(); }

  /// Called when the end is reached: moves the waiting completions to the front, and enlarges the
  /// storage if they are many.
  void make_room(std::size_t count) {
    const std::size_t waiting = size();
    std::copy(head_, tail_, places_.data());
    while (waiting + count > places_.size() / 2) places_.resize(places_.size() * 2);
    head_ = places_.data();
    tail_ = head_ + waiting;
  }

  std::vector<Completion> places_;
  Completion* head_ = nullptr;
  Completion* tail_ = nullptr;
};

}  // namespace proactor_lab
