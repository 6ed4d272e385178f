// The life of an operation, followed event by event: its state, and which of its completions an
// event is about. An operation has one completion; a multishot operation has many, stays in flight
// while they are queued, dequeued and handled, and only its last one moves it on.
//
// The one fold of an operation's events: Model keeps the moments that it tells apart, and what
// reads a trace front to back keeps one of these per living operation.
#pragma once

#include <cstdint>

#include "traces/format/event.hpp"
#include "traces/model/timeline.hpp"

namespace proactor_lab {

class OperationLife {
 public:
  static constexpr std::uint32_t no_completion = UINT32_MAX;

  /// Takes the step that `event`, one of this operation's, stands for. Returns the place of the
  /// completion that it is about, counted from 0 in the order of completing; `no_completion` for
  /// what is about the operation itself. A trace may lack events, or make no sense: the state then
  /// never goes back. What follows from an event never changes with later ones.
  std::uint32_t follow(const Event& event);

  OperationState state() const { return state_; }
  /// The place of a completion behind which no other comes.
  bool is_last(std::uint32_t completion) const { return completion + 1 == last_; }
  /// Its last completion has left the queue.
  bool last_dequeued() const { return last_ != 0 && dequeued_ >= last_; }
  /// Nothing of it is reported any more.
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

  // So many completions have come as far. Each step serves them in their order.
  std::uint32_t completed_ = 0;
  std::uint32_t queued_ = 0;
  std::uint32_t dequeued_ = 0;
  std::uint32_t entered_ = 0;
  std::uint32_t exited_ = 0;
  std::uint32_t last_ = 0;  // the number of the last one, from 1; 0: not known yet
  OperationState state_ = OperationState::none;
};

}  // namespace proactor_lab
