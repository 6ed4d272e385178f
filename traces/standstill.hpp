// Why a run got nowhere: who waits for whom in a deadlock, who did what in a livelock.
#pragma once

#include <string>

#include "traces/trace.hpp"

namespace proactor_lab {

/// "deadlock: A waits for lock 1, held by B, which waits for lock 2, held by A": threads that wait
/// at the trace's end for locks that nobody can give back any more. Empty where there are none:
/// who waits for input, or behind a lock whose holder does, may still go on.
std::string deadlock_in(const Trace& trace);

/// "livelock: in the last 4000 events, 800 ms, no byte moved; ...": for a run that a limit ended
/// although its threads were busy to the end. Empty where bytes still moved.
std::string livelock_in(const Trace& trace);

}  // namespace proactor_lab
