// Hand-made traces for the rules: for each rule, some that break it and some that nearly do.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/trace_builder.hpp"

namespace proactor_lab::test {

struct RuleCase {
  std::string rule;
  std::string what;  ///< what happens in the trace
  Trace trace;
  bool breaks = true;
};

/// Parts of runs, with fewer calls than TraceBuilder's single events need. Thread 1 is the loop.
class RuleTrace : public TraceBuilder {
 public:
  RuleTrace() { thread_started("main"); }

  Event& of_thread(std::uint16_t thread, EventKind kind, std::uint32_t operation = 0) {
    Event& event = add(kind, operation);
    event.thread = thread;
    return event;
  }

  /// Initiates, submits and starts an operation. With `bytes` it is lent a buffer, which has the
  /// operation's number.
  std::uint32_t begin(std::string_view opcode, std::uint32_t handle, std::int64_t bytes = 0) {
    const std::uint32_t id = initiate(opcode, handle, bytes, "on_" + std::string(opcode));
    if (bytes > 0) lent_.insert(id);
    submit(id);
    start(id);
    return id;
  }
  /// Completes the operation and queues its completion.
  void end(std::uint32_t id, std::int64_t result, bool more = false) {
    Event& event = add(EventKind::operation_completed, id);
    event.value = result;
    event.more = more;
    add(EventKind::completion_queued, id);
  }
  void take(std::uint32_t id, std::int64_t result, bool more = false) {
    Event& event = of_thread(1, EventKind::completion_dequeued, id);
    event.value = result;
    event.more = more;
    if (!more && lent_.erase(id) > 0) {
      of_thread(1, EventKind::buffer_returned, id).buffer = id;
    }
  }
  /// All steps from the completion to the end of the handler.
  void serve(std::uint32_t id, std::int64_t result, bool more = false) {
    end(id, result, more);
    take(id, result, more);
    enter(id, "on_it");
    leave(id);
  }
  void cancel_of(std::uint32_t target) {
    const std::uint32_t id = initiate("cancel", 0, 0, "on_cancel");
    cancel(id, target);
    submit(id);
    start(id);
    serve(id, 0);
  }
  void abandon(std::uint32_t id) { of_thread(1, EventKind::operation_abandoned, id); }

  // Handles and buffers.
  void close(std::uint32_t handle) { of_thread(1, EventKind::handle_closed).handle = handle; }
  void lend(std::uint32_t operation, std::uint32_t buffer) {
    of_thread(1, EventKind::buffer_lent, operation).buffer = buffer;
  }
  void give_back(std::uint32_t operation, std::uint32_t buffer) {
    of_thread(1, EventKind::buffer_returned, operation).buffer = buffer;
  }
  void touch(std::uint32_t buffer, std::string_view how) {
    Event& event = of_thread(1, EventKind::buffer_touched);
    event.buffer = buffer;
    event.text = word(how);
  }

  // Locks.
  void lock(EventKind kind, std::uint16_t thread, std::string_view name) {
    of_thread(thread, kind).label = word(name);
  }
  void take_lock(std::uint16_t thread, std::string_view name) {
    lock(EventKind::lock_requested, thread, name);
    lock(EventKind::lock_acquired, thread, name);
  }
  void give_lock(std::uint16_t thread, std::string_view name) {
    lock(EventKind::lock_released, thread, name);
  }
  /// Takes the second lock while holding the first, then releases both.
  void take_both(std::uint16_t thread, std::string_view first, std::string_view second) {
    take_lock(thread, first);
    take_lock(thread, second);
    give_lock(thread, second);
    give_lock(thread, first);
  }
  void thread_event(std::uint16_t thread, EventKind kind, std::string_view text = "") {
    of_thread(thread, kind).text = word(text);
  }

 private:
  std::set<std::uint32_t> lent_;
};

std::vector<RuleCase> order_cases();
std::vector<RuleCase> ownership_cases();
std::vector<RuleCase> stream_cases();
std::vector<RuleCase> service_cases();
std::vector<RuleCase> thread_cases();

}  // namespace proactor_lab::test
