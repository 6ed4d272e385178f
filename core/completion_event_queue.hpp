// Completion Event Queue (POSA2): completions wait here, in the order in which the demultiplexer
// found them, until the Proactor dequeues them.
#pragma once

#include <cassert>
#include <cstddef>
#include <utility>
#include <vector>

#include "core/completion.hpp"

namespace proactor_lab {

/// A ring that grows and never shrinks: once warm it does not allocate. Loop thread only.
class CompletionEventQueue {
 public:
  explicit CompletionEventQueue(std::size_t capacity = 256) : ring_(round_up(capacity)) {}

  bool empty() const { return head_ == tail_; }
  std::size_t size() const { return tail_ - head_; }

  void push(const Completion& completion) {
    if (size() == ring_.size()) grow();
    ring_[tail_++ & (ring_.size() - 1)] = completion;
  }

  Completion pop() {
    assert(!empty());
    return ring_[head_++ & (ring_.size() - 1)];
  }

 private:
  static std::size_t round_up(std::size_t wanted) {
    std::size_t size = 16;
    while (size < wanted) size *= 2;
    return size;
  }

  void grow() {
    std::vector<Completion> larger(ring_.size() * 2);
    for (std::size_t i = 0; i < ring_.size(); ++i)
      larger[i] = ring_[(head_ + i) & (ring_.size() - 1)];
    tail_ = ring_.size();
    head_ = 0;
    ring_ = std::move(larger);
  }

  std::vector<Completion> ring_;  // its size is a power of two
  std::size_t head_ = 0;
  std::size_t tail_ = 0;
};

}  // namespace proactor_lab
