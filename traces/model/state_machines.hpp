// The state machines of a run: of operations, workers and the loop, and those that the program
// declares. They contain only the states and transitions that occurred.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "traces/format/trace.hpp"

namespace proactor_lab {

struct StateMachine {
  static constexpr std::size_t outside = 0;  ///< before the first state and after the last

  struct Transition {
    std::size_t from = outside;  ///< indices in `states`
    std::size_t to = outside;
    std::string verb;  ///< empty if it has no name
    std::uint64_t count = 0;
  };

  std::string name;
  bool declared = false;                ///< by the program
  std::vector<std::string> states;      ///< the first is `outside`
  std::vector<Transition> transitions;  ///< in order of first occurrence
};

/// "operation", "worker" and "loop" if the trace has them, then the declared machines in order of
/// appearance.
std::vector<StateMachine> state_machines(const Trace& trace);

}  // namespace proactor_lab
