// What each thread did as stretches that lie within one another: its life, its waits for
// completions, the handlers it ran, its system calls, and in these where it was blocked.
#pragma once

#include <cstdint>
#include <vector>

#include "traces/format/trace.hpp"

namespace proactor_lab {

enum class SliceKind : std::uint8_t { life, wait, handler, call, blocked };

/// From event `from` to event `to`, both of them the thread's own.
struct ThreadSlice {
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  std::uint16_t thread = 0;
  SliceKind kind = SliceKind::life;
  bool ended = false;  ///< false: it was still open when the trace or the slice around it ended
};

struct ThreadSlices {
  std::vector<ThreadSlice> slices;  ///< in order of `from`, the outer before the inner
  std::uint64_t ends_alone = 0;     ///< events that end what never began
};

/// A thread that no event starts begins where it is first seen. What is around a slice ends it: a
/// call that returns ends the block in it, though nothing woke the thread.
ThreadSlices slices_of_threads(const Trace& trace);

}  // namespace proactor_lab
