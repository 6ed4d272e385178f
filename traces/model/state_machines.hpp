// The state machines of a run as it went through them: of an operation, of a worker, of the loop,
// and those that the program declares. What never happened is not in them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "traces/format/trace.hpp"

namespace proactor_lab {

struct StateMachine {
  static constexpr std::size_t outside = 0;  ///< before the first state, and after the last

  struct Transition {
    std::size_t from = outside;  ///< places in `states`
    std::size_t to = outside;
    std::string verb;  ///< empty where nobody named it
    std::uint64_t count = 0;
  };

  std::string name;
  bool declared = false;                ///< by the program
  std::vector<std::string> states;      ///< the first is `outside`
  std::vector<Transition> transitions;  ///< in the order in which they were first made
};

/// "operation", "worker" and "loop", as far as the trace has them, then the declared ones in the
/// order in which they appear.
std::vector<StateMachine> state_machines(const Trace& trace);

}  // namespace proactor_lab
