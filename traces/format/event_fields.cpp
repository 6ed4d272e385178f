#include "traces/format/event_fields.hpp"

#include <array>
#include <unordered_map>

namespace proactor_lab {
namespace {

struct Row {
  EventKind kind;
  std::string_view name;
  std::vector<FieldName> fields;
};

using K = EventKind;
using F = Field;

// In the order of the enumerators of EventKind.
const std::vector<Row>& rows() {
  static const std::vector<Row> table = {
      {K::run_started, "run_started", {{F::label, "program"}, {F::text, "system"}}},
      {K::operation_initiated,
       "operation_initiated",
       {{F::opcode, "opcode"},
        {F::handle, "handle"},
        {F::bytes, "bytes"},
        {F::buffer, "buffer"},
        {F::label, "handler"},
        {F::source, "source"},
        {F::more, "linked"}}},
      {K::operation_submitted, "operation_submitted", {}},
      {K::operation_started, "operation_started", {}},
      {K::operation_completed, "operation_completed", {{F::value, "result"}, {F::more, "more"}}},
      {K::completion_queued, "completion_queued", {{F::value, "depth"}}},
      {K::completion_dequeued, "completion_dequeued", {{F::value, "result"}, {F::more, "more"}}},
      {K::handler_entered, "handler_entered", {{F::label, "handler"}}},
      {K::handler_exited, "handler_exited", {{F::label, "handler"}}},
      {K::cancel_requested, "cancel_requested", {{F::target, "target"}}},
      {K::operation_abandoned, "operation_abandoned", {}},
      {K::readiness_reported, "readiness_reported", {{F::handle, "handle"}, {F::text, "ready"}}},
      {K::poll_armed, "poll_armed", {{F::handle, "handle"}, {F::text, "ready"}}},
      {K::handed_to_worker, "handed_to_worker", {{F::text, "queue"}}},
      {K::bytes_moved,
       "bytes_moved",
       {{F::bytes, "bytes"}, {F::role, "role"}, {F::handle, "handle"}, {F::buffer, "buffer"}}},
      {K::wait_entered, "wait_entered", {}},
      {K::wait_returned, "wait_returned", {{F::value, "completions"}}},
      {K::worker_acquired,
       "worker_acquired",
       {{F::label, "worker"}, {F::value, "active"}, {F::options, "places"}}},
      {K::worker_rejected, "worker_rejected", {{F::value, "active"}, {F::options, "places"}}},
      {K::worker_busy, "worker_busy", {{F::label, "worker"}}},
      {K::worker_released,
       "worker_released",
       {{F::label, "worker"}, {F::value, "active"}, {F::options, "places"}}},
      {K::thread_started, "thread_started", {{F::label, "label"}}},
      {K::syscall_entered,
       "syscall_entered",
       {{F::opcode, "syscall"}, {F::handle, "handle"}, {F::bytes, "bytes"}}},
      {K::thread_blocked,
       "thread_blocked",
       {{F::text, "on"}, {F::handle, "handle"}, {F::label, "condition"}}},
      {K::thread_woken, "thread_woken", {}},
      {K::syscall_returned,
       "syscall_returned",
       {{F::opcode, "syscall"}, {F::handle, "handle"}, {F::value, "result"}}},
      {K::thread_switched, "thread_switched", {}},
      {K::thread_exited, "thread_exited", {}},
      {K::lock_requested, "lock_requested", {{F::label, "lock"}}},
      {K::lock_acquired, "lock_acquired", {{F::label, "lock"}}},
      {K::lock_released, "lock_released", {{F::label, "lock"}}},
      {K::condition_notified, "condition_notified", {{F::label, "condition"}, {F::value, "woken"}}},
      {K::handle_opened,
       "handle_opened",
       {{F::handle, "handle"}, {F::label, "label"}, {F::text, "type"}, {F::value, "descriptor"}}},
      {K::handle_closed, "handle_closed", {{F::handle, "handle"}}},
      {K::buffer_lent, "buffer_lent", {{F::buffer, "buffer"}, {F::bytes, "bytes"}}},
      {K::buffer_returned, "buffer_returned", {{F::buffer, "buffer"}, {F::bytes, "bytes"}}},
      {K::buffer_touched, "buffer_touched", {{F::buffer, "buffer"}, {F::text, "how"}}},
      {K::choice_made,
       "choice_made",
       {{F::label, "question"}, {F::value, "answer"}, {F::options, "options"}}},
      {K::fault_injected, "fault_injected", {{F::label, "fault"}, {F::handle, "handle"}}},
      {K::client_connected, "client_connected", {{F::label, "client"}, {F::handle, "handle"}}},
      {K::client_sent,
       "client_sent",
       {{F::label, "client"}, {F::bytes, "bytes"}, {F::handle, "handle"}}},
      {K::client_received,
       "client_received",
       {{F::label, "client"}, {F::bytes, "bytes"}, {F::handle, "handle"}}},
      {K::client_closed,
       "client_closed",
       {{F::label, "client"}, {F::text, "how"}, {F::handle, "handle"}}},
      {K::state_changed, "state_changed", {{F::text, "machine"}, {F::label, "state"}}},
      {K::note, "note", {{F::text, "text"}}},
      {K::events_lost, "events_lost", {{F::value, "count"}, {F::text, "why"}}},
      {K::run_finished, "run_finished", {{F::text, "how"}}},
  };
  return table;
}

}  // namespace

std::span<const FieldName> fields_of(EventKind kind) {
  return rows()[static_cast<std::size_t>(kind)].fields;
}

const Wording& wording_of(EventKind kind) {
  static const std::vector<Wording> all = [] {
    std::vector<Wording> made(event_kind_count);
    for (const Row& row : rows()) {
      Wording& wording = made[static_cast<std::size_t>(row.kind)];
      wording.kind = ",\"kind\":\"" + std::string(row.name) + '"';
      for (const FieldName& field : row.fields) {
        wording.members.push_back({field.field, ",\"" + std::string(field.name) + "\":"});
      }
    }
    return made;
  }();
  return all[static_cast<std::size_t>(kind)];
}

std::string_view name_of(EventKind kind) { return rows()[static_cast<std::size_t>(kind)].name; }

std::optional<EventKind> event_kind_named(std::string_view name) {
  static const auto by_name = [] {
    std::unordered_map<std::string_view, EventKind> map;
    for (const Row& row : rows()) map.emplace(row.name, row.kind);
    return map;
  }();
  const auto found = by_name.find(name);
  if (found == by_name.end()) return std::nullopt;
  return found->second;
}

std::string_view name_of(Role role) {
  switch (role) {
    case Role::application:
      return "application";
    case Role::processor:
      return "processor";
    case Role::none:
      break;
  }
  return "";
}

std::string_view name_of(Certainty certainty) {
  return certainty == Certainty::inferred ? "inferred" : "observed";
}

}  // namespace proactor_lab
