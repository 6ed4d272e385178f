#include "traces/model/run_findings.hpp"

#include <algorithm>

#include "traces/model/standstill.hpp"

namespace proactor_lab {
namespace {

class NoSink final : public EventSink {
 public:
  void add(const Event&) override {}
};

}  // namespace

RunFindings look_through(const Model& model) {
  const Trace& trace = model.trace();
  RunFindings found;
  NoSink nowhere;
  StandstillWatch standstill(trace.strings, nowhere);
  for (const Event& event : trace.events) {
    standstill.add(event);
    if (event.certainty == Certainty::inferred) ++found.inferred;
    if (model.in_flight_at(event.seq) > found.in_flight_max) {
      found.in_flight_max = model.in_flight_at(event.seq);
      found.in_flight_at = event.seq;
    }
    if (model.queue_depth_at(event.seq) > found.queued_max) {
      found.queued_max = model.queue_depth_at(event.seq);
      found.queued_at = event.seq;
    }
    switch (event.kind) {
      case EventKind::wait_returned:
        if (event.value > 0 && model.queue_depth_at(event.seq) > event.value) ++found.overflows;
        break;
      case EventKind::worker_rejected:
        ++found.rejected;
        break;
      case EventKind::worker_acquired:
        found.places = event.options;
        found.active_max = std::max(
            found.active_max,
            static_cast<std::uint32_t>(std::clamp<std::int64_t>(event.value, 0, UINT16_MAX)));
        break;
      case EventKind::fault_injected: {
        auto& fault = found.faults[std::string(trace.text(event.label))];
        if (fault.first++ == 0) fault.second = event.seq;
        break;
      }
      case EventKind::choice_made:
        ++found.choices[std::string(trace.text(event.label))];
        break;
      case EventKind::events_lost:
        if (found.first_lost == 0) found.first_lost = event.seq;
        found.lost += static_cast<std::uint64_t>(std::max<std::int64_t>(event.value, 0));
        found.lost_why[std::string(trace.text(event.text))] +=
            static_cast<std::uint64_t>(std::max<std::int64_t>(event.value, 0));
        break;
      case EventKind::run_finished:
        found.end = trace.text(event.text);
        break;
      default:
        break;
    }
  }
  found.deadlock = standstill.deadlock();
  if (found.end == "limit") found.livelock = standstill.livelock();
  return found;
}

}  // namespace proactor_lab
