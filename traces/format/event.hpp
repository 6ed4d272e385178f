// An event: one line of a trace, as a value. FORMAT.md defines what each field means and which
// kinds carry which fields. The writer, the reader, the schema and SQL share the table in
// event_fields.hpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "traces/format/string_pool.hpp"

namespace proactor_lab {

enum class EventKind : std::uint8_t {
  run_started,
  operation_initiated,
  operation_submitted,
  operation_started,
  operation_completed,
  completion_queued,
  completion_dequeued,
  handler_entered,
  handler_exited,
  cancel_requested,
  operation_abandoned,
  readiness_reported,
  poll_armed,
  handed_to_worker,
  bytes_moved,
  wait_entered,
  wait_returned,
  worker_acquired,
  worker_rejected,
  worker_busy,
  worker_released,
  thread_started,
  syscall_entered,
  thread_blocked,
  thread_woken,
  syscall_returned,
  thread_switched,
  thread_exited,
  lock_requested,
  lock_acquired,
  lock_released,
  condition_notified,
  handle_opened,
  handle_closed,
  buffer_lent,
  buffer_returned,
  buffer_touched,
  choice_made,
  fault_injected,
  client_connected,  ///< a client began to connect
  client_sent,
  client_received,
  client_closed,
  state_changed,
  note,
  events_lost,
  run_finished,
};

inline constexpr int event_kind_count = static_cast<int>(EventKind::run_finished) + 1;

/// The kind's name in a trace; equal to the enumerator's name.
std::string_view name_of(EventKind kind);
std::optional<EventKind> event_kind_named(std::string_view name);

/// Observed: recorded when it happened. Inferred: it happened between `earliest_ns` and `time_ns`.
enum class Certainty : std::uint8_t { observed, inferred };

/// Upper bound of every time in a trace.
inline constexpr std::int64_t time_ns_max = INT64_MAX / 4;

/// Which side copied bytes between the system's buffers and the program's: the application, or the
/// operating system (POSA2's asynchronous operation processor).
enum class Role : std::uint8_t { none, application, processor };

/// Plain data. For ids, which count from 1, zero means absent. Which other numbers are present
/// follows from the kind.
struct Event {
  std::int64_t time_ns = 0;
  std::int64_t earliest_ns = 0;  ///< only if inferred
  std::int64_t value = 0;        ///< meaning depends on the kind: result, depth, cost, answer
  std::int64_t bytes = 0;
  std::uint32_t seq = 0;
  std::uint32_t cause = 0;      ///< `seq` of the last event that enabled this one
  std::uint32_t operation = 0;  ///< the operation it belongs to
  std::uint32_t parent = 0;     ///< the composed operation that it is part of
  std::uint32_t target = 0;     ///< operation that a cancel targets
  std::uint32_t handle = 0;     ///< unique within a trace, unlike descriptors
  std::uint32_t buffer = 0;
  std::uint32_t line = 0;
  StringId opcode = no_string;  ///< of operation_initiated, syscall_*: "receive", "read"
  StringId label = no_string;   ///< handler, handle, client, thread, question, state
  StringId text = no_string;    ///< free text: a note, a machine's name
  StringId file = no_string;    ///< source of the initiating call, repository-relative
  EventKind kind = EventKind::note;
  Certainty certainty = Certainty::observed;
  Role role = Role::none;
  bool more = false;         ///< multishot: more completions follow; initiation: linked to the next
  std::uint16_t thread = 0;  ///< 0: no thread of the program (the system or the world)
  std::uint16_t options = 0;  ///< choice_made: number of possible answers
};

}  // namespace proactor_lab
