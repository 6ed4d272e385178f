// Destination of a run's events: a trace in memory, a file, a monitor.
#pragma once

#include "traces/format/event.hpp"

namespace proactor_lab {

/// Receives the events of a run in order.
class EventSink {
 public:
  virtual ~EventSink() = default;
  virtual void add(const Event& event) = 0;
};

}  // namespace proactor_lab
