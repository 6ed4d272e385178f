// Lines that are written when something ends: system calls tried, handlers entered and left.
#include <algorithm>

#include "traces/import/asio/asio_builder.hpp"

namespace proactor_lab {

/// A reactor tried the system call: in the initiating function, or when the handle was ready.
void AsioBuilder::try_call(const AsioLine& line) {
  const auto found = operations_.find(line.id);
  if (found == operations_.end()) {
    return unmatched("system calls for operations that the log does not show created");
  }
  Operation& operation = found->second;
  if (operation.completed != 0) {
    return unmatched("system calls for operations that were complete");
  }
  AsioThreads::Thread& initiator = threads_.thread(operation.thread);
  const bool is_speculative = !operation.is_tried && operation.verb.is_speculative &&
                              initiator.last_line == operation.created_line;
  operation.is_tried = true;
  std::uint16_t thread = operation.thread;
  std::uint32_t cause = operation.started;
  if (!is_speculative) {
    threads_.settle();
    thread = threads_.waiting_loop();
    Event event = inferred(EventKind::readiness_reported, operation, operation.not_before_ns);
    event.thread = thread;
    event.handle = operation.handle;
    event.cause = operation.started;
    event.text = events_.keep(operation.verb.ready);
    cause = events_.add(event);
  }
  operation.not_before_ns = now_ns_;
  if (is_not_yet(line)) {
    ++tries_not_yet_;
  } else {
    const AsioResult result = result_of(line);
    if (result.value > 0 && operation.verb.moves_bytes) {
      Event event = event_of(EventKind::bytes_moved, operation);
      event.thread = thread;
      event.cause = cause;
      event.role = Role::application;
      event.bytes = result.value;
      event.handle = operation.handle;
      cause = events_.add(event);
    }
    complete(operation, result.value, cause, thread);
    queue(operation, now_ns_);
  }
  if (is_speculative) threads_.touch(thread, now_ns_, number_);
}

/// The system call has returned.
void AsioBuilder::complete(Operation& operation, std::int64_t result, std::uint32_t cause,
                           std::uint16_t thread) {
  Event event = event_of(EventKind::operation_completed, operation);
  event.thread = thread;
  event.cause = cause;
  event.value = result;
  operation.completed = events_.add(event);
}

void AsioBuilder::queue(Operation& operation, std::int64_t earliest_ns) {
  Event event = inferred(EventKind::completion_queued, operation, earliest_ns);
  event.cause = operation.completed;
  event.value = ++depth_;
  operation.queued = events_.add(event);
}

void AsioBuilder::enter(const AsioLine& line) {
  const auto found = operations_.find(line.id);
  Operation* operation = found == operations_.end() ? unseen(line) : &found->second;
  if (operation == nullptr) return;
  if (operation->is_inside) return unmatched("handlers entered a second time");
  threads_.settle();
  const std::int64_t not_before_ns = operation->not_before_ns;
  settle_completion(*operation, line);
  const AsioResult result = result_of(line);
  operation->thread = take_up(*operation);
  AsioThreads::Thread& thread = threads_.thread(operation->thread);

  depth_ = std::max<std::int64_t>(0, depth_ - 1);
  Event event =
      inferred(EventKind::completion_dequeued, *operation, std::max(not_before_ns, thread.last_ns));
  event.thread = operation->thread;
  event.cause = operation->queued;
  event.value = result.value;
  event.cause = events_.add(event);
  event.kind = EventKind::handler_entered;
  event.certainty = Certainty::observed;
  event.earliest_ns = 0;
  event.label = operation->handler;
  operation->entered = events_.add(event);
  operation->is_inside = true;
  thread.handlers.push_back(line.id);
  threads_.touch(operation->thread, now_ns_, number_);
  thread.takes_next = operation->verb.is_job && !operation->is_strand;
  if (!result.is_told && line.error) {
    note(*operation,
         "operation #" + std::to_string(operation->id) + " failed with " +
             std::string(line.error->category) + ":" + std::to_string(line.error->value) +
             ", for which its result stands",
         operation->entered);
  }
}

/// The completion is inferred: after the last attempt that found nothing, before its handler.
void AsioBuilder::settle_completion(Operation& operation, const AsioLine& line) {
  if (operation.completed != 0) return;
  const std::int64_t result = result_of(line).value;
  std::uint32_t cause = operation.started;
  if (result > 0 && operation.verb.moves_bytes) {
    // The log does not show which side moved them: old reactors log as little as proactors.
    Event event = inferred(EventKind::bytes_moved, operation, operation.not_before_ns);
    event.cause = cause;
    event.bytes = result;
    event.handle = operation.handle;
    cause = events_.add(event);
  }
  Event event = inferred(EventKind::operation_completed, operation, operation.not_before_ns);
  event.cause = cause;
  event.value = result;
  operation.completed = events_.add(event);
  queue(operation, operation.not_before_ns);
}

/// The thread that enters the handler: for a strand, one that is already in a handler; otherwise a
/// loop that waited for completions.
std::uint16_t AsioBuilder::take_up(Operation& operation) {
  if (operation.is_strand) {
    // In the initiating handler at once, or in the strand's own job.
    const AsioThreads::Thread& asked = threads_.thread(operation.thread);
    const bool is_at_once = asked.last_line == operation.created_line && operation.context != 0 &&
                            !asked.handlers.empty() && asked.handlers.back() == operation.context;
    if (is_at_once) return operation.thread;
    if (const std::uint16_t host = threads_.host_of_strand(); host != 0) return host;
  }
  const std::uint16_t number = threads_.free_loop(now_ns_);
  AsioThreads::Thread& thread = threads_.thread(number);
  if (number == 0 || !thread.waits) return number;
  Event event = event_on(EventKind::wait_returned, number);
  event.certainty = Certainty::inferred;
  event.earliest_ns = thread.last_ns;
  event.cause = operation.queued;
  event.value = 1;
  events_.add(event);
  thread.waits = false;
  return number;
}

/// The log began after the operation was initiated, or lacks that line.
AsioBuilder::Operation* AsioBuilder::unseen(const AsioLine& line) {
  unmatched("handlers entered whose creation the log does not show");
  if (operations_.size() >= alive_most_) return nullptr;
  Operation& operation = operations_[line.id];
  operation.id = operation.first = ++last_operation_;
  operation.handler = events_.keep("handler " + std::to_string(line.id));
  Event event = inferred(EventKind::operation_initiated, operation, 0);
  event.opcode = events_.keep("unknown");
  event.label = operation.handler;
  operation.initiated = events_.add(event);
  hand_over(operation);
  operation.not_before_ns = 0;
  return &operation;
}

void AsioBuilder::leave(const AsioLine& line) {
  const auto found = operations_.find(line.id);
  if (found == operations_.end() || !found->second.is_inside) {
    return unmatched("handlers left that the log does not show entered");
  }
  Operation& operation = found->second;
  const std::uint16_t number = operation.thread;
  AsioThreads::Thread& thread = threads_.thread(number);
  Event event = event_of(EventKind::handler_exited, operation);
  event.thread = number;
  event.cause = operation.entered;
  event.label = operation.handler;
  const std::uint32_t exited = events_.add(event);
  if (line.action == AsioAction::threw) {
    note(operation,
         "the handler of operation #" + std::to_string(operation.id) + " was left by an exception",
         exited);
  }
  const bool was_strand = operation.is_strand;
  if (!thread.handlers.empty() && thread.handlers.back() == line.id) {
    thread.handlers.pop_back();
  } else {  // not on this thread after all
    std::erase(thread.handlers, line.id);
  }
  operations_.erase(found);
  threads_.touch(number, now_ns_, number_);
  if (thread.handlers.empty()) {
    thread.last_event = exited;
  } else if (was_strand) {
    // A strand's job continues with the strand's next handler.
    const auto host = operations_.find(thread.handlers.back());
    thread.takes_next =
        host != operations_.end() && host->second.verb.is_job && !host->second.is_strand;
  }
}

void AsioBuilder::abandon(const AsioLine& line) {
  const auto found = operations_.find(line.id);
  if (found == operations_.end() || found->second.is_inside) {
    return unmatched("handlers destroyed that the log does not show waiting");
  }
  const Operation& operation = found->second;
  const std::uint16_t thread = threads_.outside(now_ns_);
  Event event = event_on(EventKind::operation_abandoned, thread);
  event.operation = operation.id;
  events_.add(event);
  if (operation.queued != 0) depth_ = std::max<std::int64_t>(0, depth_ - 1);
  operations_.erase(found);
  threads_.touch(thread, now_ns_, number_);
}

void AsioBuilder::note(const Operation& operation, const std::string& text, std::uint32_t cause) {
  Event event = event_of(EventKind::note, operation);
  event.thread = operation.thread;
  event.cause = cause;
  event.text = events_.keep(text);
  events_.add(event);
}

}  // namespace proactor_lab
