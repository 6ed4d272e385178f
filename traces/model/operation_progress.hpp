// How far an operation has come, followed event by event, for what reads a trace front to back and
// keeps only the operations that are alive. A multishot operation stays in flight while completions
// of it are queued, dequeued and handled; only its last one moves it on.
#pragma once

#include <cstdint>

#include "traces/format/event.hpp"
#include "traces/model/model.hpp"

namespace proactor_lab {

struct OperationProgress {
  OperationState state = OperationState::none;
  bool last_dequeued = false;  ///< its last completion has left the queue

  /// Takes the step that `event`, one of this operation's, stands for. A trace may lack events, or
  /// say nonsense: the state then never goes back.
  void follow(const Event& event);

  /// Nobody will hear of it again.
  bool is_over() const {
    return state == OperationState::done || state == OperationState::abandoned;
  }

 private:
  void reach(OperationState next) {
    if (next > state) state = next;
  }

  std::uint32_t more_to_queue_ = 0;  // completions that are not the last
  std::uint32_t to_enter_ = 0;       // dequeued, their handlers not entered
  std::uint32_t to_exit_ = 0;
};

}  // namespace proactor_lab
