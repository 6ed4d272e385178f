// What each thread did, as nested slices: its life, its waits for completions, the handlers it ran,
// its system calls, and the periods in which a call was blocked.
#pragma once

#include <cstdint>
#include <vector>

#include "traces/format/trace.hpp"

namespace proactor_lab {

enum class SliceKind : std::uint8_t { life, wait, handler, call, blocked };

/// From event `from` to event `to`, which are both events of this thread.
struct ThreadSlice {
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  std::uint16_t thread = 0;
  SliceKind kind = SliceKind::life;
  bool ended = false;  ///< false: still open when the trace or the enclosing slice ended
};

struct ThreadSlices {
  std::vector<ThreadSlice> slices;  ///< in order of `from`, each outer slice before its inner ones
  std::uint64_t ends_alone = 0;     ///< end events without a matching begin
};

/// A thread without a thread_started event begins at its first event. The end of an outer slice
/// also ends the slices within it: a call that returns ends its blocked slice, even if no
/// thread_woken was recorded.
ThreadSlices slices_of_threads(const Trace& trace);

}  // namespace proactor_lab
