// Operations that wait for the same event, oldest first, linked through `AsyncOperation::next`, so
// that waiting allocates nothing. For use by the current owner of the operations: a backend.
#pragma once

#include <cstddef>

#include "core/async_operation.hpp"

namespace proactor_lab {

class OperationList {
 public:
  bool empty() const { return first_ == nullptr; }
  bool has_several() const { return first_ != nullptr && first_->next != nullptr; }
  AsyncOperation* first() const { return first_; }
  AsyncOperation* last() const { return empty() ? nullptr : last_; }

  void push(AsyncOperation& operation) {
    operation.next = nullptr;
    (first_ == nullptr ? first_ : last_->next) = &operation;
    last_ = &operation;
  }

  /// Moves all operations of `other` to the end of this list.
  void append(OperationList& other) {
    if (other.empty()) return;
    (first_ == nullptr ? first_ : last_->next) = other.first_;
    last_ = other.last_;
    other.first_ = nullptr;
  }

  AsyncOperation* pop() {
    AsyncOperation* operation = first_;
    if (operation != nullptr) first_ = operation->next;
    return operation;
  }

  /// Removes the operation at index `place`. REQUIRES: the list has more than `place` operations.
  AsyncOperation* pop_at(std::size_t place) {
    if (place == 0) return pop();
    AsyncOperation* before = first_;
    while (--place > 0) before = before->next;
    AsyncOperation* operation = before->next;
    before->next = operation->next;
    if (last_ == operation) last_ = before;
    return operation;
  }

  /// Counts the operations in linear time: for short lists.
  std::size_t size() const {
    std::size_t count = 0;
    for (AsyncOperation* each = first_; each != nullptr; each = each->next) ++count;
    return count;
  }

  /// Returns false if `operation` is not in the list.
  bool remove(AsyncOperation& operation) {
    AsyncOperation* before = nullptr;
    for (AsyncOperation* each = first_; each != nullptr; before = each, each = each->next) {
      if (each != &operation) continue;
      (before == nullptr ? first_ : before->next) = operation.next;
      if (last_ == &operation) last_ = before;
      return true;
    }
    return false;
  }

 private:
  AsyncOperation* first_ = nullptr;
  AsyncOperation* last_ = nullptr;
};

}  // namespace proactor_lab
