// Tracks the life of an operation event by event: its state, and which of its completions each
// event belongs to. An operation has one completion. A multishot operation has many: it stays in
// flight while they are queued, dequeued and handled, and only its last completion changes its
// state.
//
// All consumers use this one implementation: Model stores the moments that it returns, and
// streaming readers of a trace keep one OperationLife per live operation.
#pragma once

#include <cstdint>

#include "traces/format/event.hpp"
#include "traces/model/timeline.hpp"

namespace proactor_lab {

class OperationLife {
 public:
  static constexpr std::uint32_t no_completion = UINT32_MAX;

  /// Processes `event`, which must belong to this operation. Returns the index of the completion
  /// that it belongs to, counted from 0 in order of completion; `no_completion` if it concerns the
  /// operation itself. A trace may lack events or be inconsistent; the state never goes back. Later
  /// events never change what an earlier call returned.
  std::uint32_t follow(const Event& event);

  OperationState state() const { return state_; }
  /// True if no completion follows this one.
  bool is_last(std::uint32_t completion) const { return completion + 1 == last_; }
  /// True if its last completion has been dequeued.
  bool last_dequeued() const { return last_ != 0 && dequeued_ >= last_; }
  /// True if no further event of it is expected.
  bool is_over() const {
    return state_ == OperationState::done || state_ == OperationState::abandoned;
  }

 private:
  void reach(OperationState next) {
    if (next > state_) state_ = next;
  }
  void end_with(std::uint32_t completion) {
    if (last_ == 0) last_ = completion + 1;
  }

  // The number of completions that have reached each step. Each step processes them in order.
  std::uint32_t completed_ = 0;
  std::uint32_t queued_ = 0;
  std::uint32_t dequeued_ = 0;
  std::uint32_t entered_ = 0;
  std::uint32_t exited_ = 0;
  std::uint32_t last_ = 0;  // number of the last completion, from 1; 0: not known yet
  OperationState state_ = OperationState::none;
};

}  // namespace proactor_lab
