// The part of FactExpander that expands operations: initiated, completed, dequeued, handled.
#include <algorithm>
#include <string>

#include "core/values/opcode.hpp"
#include "traces/recording/fact_expander.hpp"

namespace proactor_lab {

/// An initiation consists of two facts: the request, and its details.
void FactExpander::expand_initiation(const Fact& details) {
  Fact fact = initiation_of(details.thread);
  fact.time_ns = details.time_ns;  // another thread's fact may be between the two
  Operation& operation = operations_[fact.operation];
  operation.opcode = fact.detail;
  operation.handle = handle_of(fact.handle);
  operation.length = static_cast<std::uint32_t>(fact.extra >> 32);
  operation.handler = text_of(details.extra);
  const bool lends = details.value != 0 && operation.length > 0;
  if (lends) operation.buffer = buffer_at(details.value, operation.handle);
  if (static_cast<Opcode>(fact.detail) == Opcode::close) ends(operation.handle);

  Event event = base(fact, EventKind::operation_initiated);
  StringId& opcode = opcodes_[fact.detail];
  if (opcode == no_string) opcode = strings_.keep(name_of(static_cast<Opcode>(fact.detail)));
  event.opcode = opcode;
  event.handle = operation.handle;
  event.parent = details.cause;
  event.bytes = operation.length;
  event.buffer = operation.buffer;
  event.label = operation.handler;
  event.file = source_of(fact.value);
  event.line = static_cast<std::uint32_t>(fact.extra);
  event.more = details.detail != 0;
  operation.initiated = emit(event, last_of_thread(fact.thread));

  if (lends) {
    Event lent = base(fact, EventKind::buffer_lent);
    lent.buffer = operation.buffer;
    lent.bytes = operation.length;
    emit(lent, operation.initiated);
  }
}

/// A live completion was reaped: it completed and was queued between its submission and now.
void FactExpander::expand_reaped(const Fact& fact) {
  Operation& operation = operations_[fact.operation];
  const std::int64_t result = fact_number(fact.value);
  const auto opcode = static_cast<Opcode>(operation.opcode);
  Event event = base(fact, EventKind::operation_completed);
  event.certainty = Certainty::inferred;
  event.earliest_ns = operation.submitted_ns;
  std::uint32_t cause = operation.started;
  if (result > 0 && moves_bytes(opcode)) {
    Event moved = event;
    moved.kind = EventKind::bytes_moved;
    moved.bytes = result;
    moved.role = Role::processor;
    moved.handle = operation.handle;
    moved.buffer = operation.buffer;
    cause = emit(moved, cause);
  }
  event.value = result;
  event.more = fact.detail != 0;
  operation.completed = emit(event, cause);
  event.kind = EventKind::completion_queued;
  event.value = ++depth_;
  event.more = false;
  last_queued_ = operation.queued = emit(event, operation.completed);
}

void FactExpander::expand_dequeued(const Fact& fact) {
  if (fact.extra != 0) {
    Fact exited = fact;
    exited.operation = static_cast<std::uint32_t>(fact.extra);
    expand_exited(exited);
  }
  Operation& operation = operations_[fact.operation];
  depth_ = std::max<std::int64_t>(0, depth_ - 1);
  Event event = base(fact, EventKind::completion_dequeued);
  event.value = fact_number(fact.value);
  operation.more = event.more = (fact.detail & dequeued_more) != 0;
  operation.dequeued = emit(event, operation.queued);
  ++operation.to_handle;
  if (operation.buffer != 0 && !event.more) {
    Event returned = base(fact, EventKind::buffer_returned);
    returned.buffer = operation.buffer;
    returned.bytes = std::max<std::int64_t>(0, event.value);
    emit(returned, operation.dequeued);
  }
  if ((fact.detail & dequeued_and_entered) != 0) expand_entered(fact);
}

void FactExpander::expand_entered(const Fact& fact) {
  Operation& operation = operations_[fact.operation];
  Event event = base(fact, EventKind::handler_entered);
  event.label = operation.handler;
  const std::uint32_t cause = operation.worker != 0 ? operation.worker : operation.dequeued;
  last_of_thread(fact.thread) = operation.entered = emit(event, cause);
}

void FactExpander::expand_exited(const Fact& fact) {
  Operation& operation = operations_[fact.operation];
  Event event = base(fact, EventKind::handler_exited);
  event.label = operation.handler;
  last_of_thread(fact.thread) = emit(event, operation.entered);
  if (--operation.to_handle == 0 && !operation.more) operations_.erase(fact.operation);
}

void FactExpander::expand_loop(const Fact& fact) {
  std::uint32_t& last = last_of_thread(fact.thread);
  switch (fact.kind) {
    case FactKind::handler_entered:
      expand_entered(fact);
      break;
    case FactKind::handler_exited:
      expand_exited(fact);
      break;
    case FactKind::wait_entered:
      last = emit(base(fact, EventKind::wait_entered), last);
      break;
    case FactKind::wait_returned: {
      Event event = base(fact, EventKind::wait_returned);
      event.value = fact_number(fact.value);
      last = emit(event, event.value > 0 ? last_queued_ : last);
      break;
    }
    default: {
      Operation& operation = operations_[fact.operation];
      emit(base(fact, EventKind::operation_abandoned), operation.initiated);
      operations_.erase(fact.operation);
      break;
    }
  }
}

/// A worker of the pool, from its acquisition to its release.
void FactExpander::expand_worker(const Fact& fact) {
  Event event = base(fact, EventKind::worker_released);
  event.value = static_cast<std::int64_t>(fact.value & 0xFFFFFFFFu);
  event.options = static_cast<std::uint16_t>(std::min<std::uint64_t>(fact.value >> 32, 65535));
  if (fact.extra != 0) {
    event.label = strings_.keep("worker " + std::to_string(fact.extra & 0xFFFFFFFFu));
  }
  if (fact.kind == FactKind::worker_released) {
    last_release_ = emit(event, last_of_thread(static_cast<std::uint16_t>(fact.extra >> 32)));
    return;
  }
  Operation& operation = operations_[fact.operation];
  std::uint32_t cause = operation.dequeued;
  if (fact.kind == FactKind::worker_acquired) {
    event.kind = EventKind::worker_acquired;
    // If the operation had to wait, the last release made the worker available.
    if (fact.detail != 0) cause = last_release_;
  } else if (fact.kind == FactKind::worker_busy) {
    event.kind = EventKind::worker_busy;
    cause = operation.worker;
  } else {
    event.kind = EventKind::worker_rejected;
  }
  operation.worker = emit(event, cause);
}

}  // namespace proactor_lab
