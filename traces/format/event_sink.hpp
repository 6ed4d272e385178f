// Where the events of a run go, one after the other: a trace in memory, a file, a watch.
#pragma once

#include "traces/format/event.hpp"

namespace proactor_lab {

/// Receives the events of a run in their order.
class EventSink {
 public:
  virtual ~EventSink() = default;
  virtual void add(const Event& event) = 0;
};

}  // namespace proactor_lab
