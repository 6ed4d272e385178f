#include "traces/model/thread_slices.hpp"

#include <algorithm>

#include "traces/format/flat_map.hpp"

namespace proactor_lab {
namespace {

class SliceBuilder {
 public:
  ThreadSlices build(const Trace& trace) {
    for (const Event& event : trace.events) {
      if (event.thread != 0) add(event);
    }
    const auto last = static_cast<std::uint32_t>(trace.events.size());
    for (ThreadSlice& slice : found_.slices) {
      if (slice.to == 0) slice.to = last;
    }
    return std::move(found_);
  }

 private:
  /// Indices in `found_.slices` of the open slices, the innermost last.
  using Open = std::vector<std::uint32_t>;

  void add(const Event& event) {
    Open& open = open_[event.thread];
    // A thread number that is started again denotes a new thread.
    if (event.kind == EventKind::thread_started) end_above(open, 0, event.seq);
    if (open.empty()) begin(open, event, SliceKind::life);
    switch (event.kind) {
      case EventKind::wait_entered:
        wake(open, event);
        if (is_innermost(open, SliceKind::wait)) end_above(open, open.size() - 1, event.seq);
        return begin(open, event, SliceKind::wait);
      case EventKind::handler_entered:
        wake(open, event);
        return begin(open, event, SliceKind::handler);
      case EventKind::syscall_entered:
        wake(open, event);
        return begin(open, event, SliceKind::call);
      case EventKind::thread_blocked:
        wake(open, event);
        return begin(open, event, SliceKind::blocked);
      case EventKind::thread_woken:
      case EventKind::thread_switched:
      case EventKind::lock_acquired:
        return wake(open, event);
      case EventKind::wait_returned:
        return end(open, event, SliceKind::wait);
      case EventKind::handler_exited:
        return end(open, event, SliceKind::handler);
      case EventKind::syscall_returned:
        return end(open, event, SliceKind::call);
      case EventKind::thread_exited:
        return end(open, event, SliceKind::life);
      default:
        return;
    }
  }

  void begin(Open& open, const Event& event, SliceKind kind) {
    open.push_back(static_cast<std::uint32_t>(found_.slices.size()));
    found_.slices.push_back({event.seq, 0, event.thread, kind, false});
  }

  bool is_innermost(const Open& open, SliceKind kind) const {
    return found_.slices[open.back()].kind == kind;
  }

  void wake(Open& open, const Event& event) {
    if (is_innermost(open, SliceKind::blocked)) end(open, event, SliceKind::blocked);
  }

  /// Ends the innermost slice of this kind and all slices within it.
  void end(Open& open, const Event& event, SliceKind kind) {
    const auto found = std::find_if(open.rbegin(), open.rend(), [&](std::uint32_t place) {
      return found_.slices[place].kind == kind;
    });
    if (found == open.rend()) {
      ++found_.ends_alone;
      return;
    }
    found_.slices[*found].ended = true;
    end_above(open, static_cast<std::size_t>(open.rend() - found) - 1, event.seq);
  }

  void end_above(Open& open, std::size_t size, std::uint32_t seq) {
    for (std::size_t i = size; i < open.size(); ++i) found_.slices[open[i]].to = seq;
    open.resize(size);
  }

  ThreadSlices found_;
  FlatMap<Open> open_;  // by thread
};

}  // namespace

ThreadSlices slices_of_threads(const Trace& trace) { return SliceBuilder().build(trace); }

}  // namespace proactor_lab
