// A fact: the record of one step of a participant, as a 40-byte value. Facts are not events: what
// follows from a fact (such as a buffer being lent by an initiation) is derived when the trace is
// written.
#pragma once

#include <cstdint>

#include "core/values/fact_index.hpp"
#include "core/values/time.hpp"

namespace proactor_lab {

enum class FactKind : std::uint8_t {
  operation_initiated,  ///< detail: opcode; value: call site's file; extra: line, length << 32
  initiation_details,   ///< follows at once; value: the buffer's address; extra: handler's name;
                        ///< cause: id of the parent operation, not a fact; detail: 1 if linked to
                        ///< the next
  cancel_requested,     ///< value: id of the target
  operation_submitted,
  operation_started,
  operation_completed,  ///< value: result; by systems that see it: simulated, epoll
  completion_queued,
  completion_reaped,    ///< value: result; io_uring: completed and queued since submission
  completion_dequeued,  ///< value: result; detail: `dequeued_more`, `dequeued_and_entered`; extra:
                        ///< the operation whose handler this thread left just before, or 0
  handler_entered,
  handler_exited,
  operation_abandoned,
  readiness_reported,
  bytes_moved,  ///< value: bytes; detail: FactRole
  wait_entered,
  wait_returned,    ///< value: completions found
  worker_acquired,  ///< value: places taken now, places << 32; extra: the worker's number, its
                    ///< thread << 32; detail: 1 if the operation had to wait for it
  worker_rejected,  ///< value: as above
  worker_busy,      ///< extra: the worker's number
  worker_released,  ///< value, extra: as above
  thread_started,   ///< extra: label
  syscall_entered,  ///< extra: name; value: bytes requested
  thread_blocked,   ///< detail: FactBlock; extra: label of the condition it waits for, or 0
  thread_woken,
  syscall_returned,  ///< value: result
  thread_switched,
  thread_exited,
  lock_requested,  ///< extra: label
  lock_acquired,
  lock_released,
  condition_notified,  ///< extra: label; value: number of waiting threads woken
  handle_opened,       ///< value: a connection's number + 1, or 0; extra: label, may be null;
                       ///< detail: HandleKind
  handle_closed,
  choice_made,       ///< value: answer, options << 32; extra: label
  fault_injected,    ///< extra: label
  client_connected,  ///< extra: client's label; stamped when it begins to connect
  client_sent,       ///< value: bytes; extra: client's label
  client_received,   ///< value: bytes; extra: client's label
  client_closed,     ///< extra: client's label; detail: 1 for a reset
  state_changed,     ///< extra: label of the state; value: label of the machine
  note,              ///< extra: text
};

enum class FactRole : std::uint8_t { application = 1, processor = 2 };
/// Bits of `detail` of `completion_dequeued`: more completions will follow; the handler was entered
/// at once, so there is no `handler_entered` fact.
inline constexpr std::uint8_t dequeued_more = 1;
inline constexpr std::uint8_t dequeued_and_entered = 2;

/// What a thread waits for; `job`: a worker that is not acquired, or a condition.
enum class FactBlock : std::uint8_t { io, lock, cpu, job };

/// The loop thread's number in traces; 0 is the system and the world.
inline constexpr std::uint16_t loop_thread_number = 1;

struct Fact {
  std::int64_t time_ns = 0;  ///< set by `record`
  std::uint64_t value = 0;
  std::uint64_t extra = 0;
  std::uint32_t operation = 0;
  FactIndex cause = 0;       ///< set if the expander cannot derive it
  std::int32_t handle = -1;  ///< the system's number; for values below -1 see `connection_handle`
  std::uint16_t thread = 0;  ///< 0: the system or the world
  FactKind kind = FactKind::note;
  std::uint8_t detail = 0;
};
static_assert(sizeof(Fact) == 40);

/// Value of `Fact::handle` for a participant that knows the connection but has no handle: a
/// simulated client. The expander finds the handle through the `value` of `handle_opened`.
constexpr std::int32_t connection_handle(std::uint32_t connection) {
  return -2 - static_cast<std::int32_t>(connection);
}

/// Text in a fact: a pointer that must outlive the run (a literal, or from `Recorder::keep`).
inline std::uint64_t fact_text(const char* text) { return reinterpret_cast<std::uintptr_t>(text); }
inline std::int64_t fact_number(std::uint64_t value) { return static_cast<std::int64_t>(value); }

}  // namespace proactor_lab
