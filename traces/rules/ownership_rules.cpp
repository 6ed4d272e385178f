#include <string>

#include "traces/model/verbs.hpp"
#include "traces/rules/rule_families.hpp"

namespace proactor_lab {
namespace {

using enum EventKind;

std::string name_of_buffer(std::uint32_t buffer) { return "buffer " + std::to_string(buffer); }

/// The operation to which the event's buffer is lent, if the event uses the buffer for something
/// else so that one of the two may corrupt what the other reads; 0 if there is none.
std::uint32_t lender_disturbed_by(const Event& event, const RunSoFar& before) {
  const bool lends = event.kind == buffer_lent;
  if (event.kind == bytes_moved && event.role != Role::application) return 0;
  const BufferSoFar* buffer = event.buffer == 0 ? nullptr : before.buffer(event.buffer);
  if (buffer == nullptr || buffer->operation == event.operation) return 0;
  const OperationSoFar* lender = before.operation(buffer->operation);
  if (lender == nullptr) return 0;
  const OperationSoFar* user = before.operation(event.operation);
  // If this operation has also lent the buffer, that was reported at its buffer_lent event.
  if (!lends && user != nullptr && user->lent != 0 && user->buffer == event.buffer) return 0;
  const bool is_filled = fills_buffer(lender->verb) ||
                         (user != nullptr && fills_buffer(user->verb)) ||
                         (event.kind == buffer_touched && before.text(event.text) != "read");
  return is_filled ? buffer->operation : 0;
}

std::string disturbance(const Event& event, const RunSoFar& before, std::uint32_t lender) {
  std::string sentence = name_of_buffer(event.buffer);
  sentence += event.kind == buffer_lent ? " is lent to " + before.name_of_operation(event.operation)
                                        : std::string(" is touched");
  return sentence + " while it is lent to " + before.name_of_operation(lender);
}

class BuffersReturned final : public Monitor {
 public:
  BuffersReturned()
      : Monitor({"buffers_returned", Party::pattern, Severity::error,
                 "A buffer lent by an initiation comes back once, before the handler is entered."},
                {buffer_returned, handler_entered}) {}

  void see(const Event& event, const RunSoFar& before, Report& report) override {
    const OperationSoFar* operation = before.operation(event.operation);
    const bool is_lent = operation != nullptr && operation->lent != 0;
    if (event.kind == buffer_returned && !is_lent) {
      complain(report, event.seq,
               name_of_buffer(event.buffer) + " comes back from " +
                   before.name_of_operation(event.operation) + ", to which it was not lent");
    }
    // A multishot operation keeps its buffer until its last completion.
    if (event.kind == handler_entered && is_lent && operation->ends) {
      complain(report, event.seq,
               "the handler of " + before.name_of_operation(event.operation) + " runs while " +
                   name_of_buffer(operation->buffer) + " is still lent (event " +
                   std::to_string(operation->lent) + ")",
               {operation->lent});
    }
  }

  void finish(const RunSoFar& run, Report& report) override {
    run.operations().for_each([&](std::uint32_t, const OperationSoFar& operation) {
      if (operation.lent == 0) return;
      complain(report, operation.lent,
               name_of_buffer(operation.buffer) + " is lent here and never comes back");
    });
  }
};

class LentBuffersUntouched final : public Monitor {
 public:
  LentBuffersUntouched()
      : Monitor({"lent_buffers_untouched", Party::program, Severity::error,
                 "A lent buffer belongs to the system: until it comes back the program does not "
                 "write to it, does not read what is being filled, and does not lend it to be "
                 "filled."},
                {buffer_lent, buffer_touched, bytes_moved}) {}

  void see(const Event& event, const RunSoFar& before, Report& report) override {
    const std::uint32_t lender = lender_disturbed_by(event, before);
    if (lender == 0) return;
    const OperationSoFar& operation = *before.operation(lender);
    // The buffers of cancelled operations are checked by another rule.
    if (before.cancelled_at(operation) != 0) return;
    complain(report, event.seq, disturbance(event, before, lender), {operation.lent});
  }
};

class CancelledWaitedFor final : public Monitor {
 public:
  CancelledWaitedFor()
      : Monitor(
            {"cancelled_waited_for", Party::program, Severity::error,
             "Who cancels an operation waits for its completion before closing the handle or "
             "using the buffer again."},
            {buffer_lent, buffer_touched, bytes_moved, operation_completed, operation_abandoned}) {}

  void see(const Event& event, const RunSoFar& before, Report& report) override {
    if (event.kind == operation_completed || event.kind == operation_abandoned) {
      const OperationSoFar* operation = before.operation(event.operation);
      if (operation != nullptr) look_at_handle(event.operation, *operation, before, report);
      return;
    }
    const std::uint32_t lender = lender_disturbed_by(event, before);
    if (lender == 0) return;
    const OperationSoFar& operation = *before.operation(lender);
    const std::uint32_t cancelled = before.cancelled_at(operation);
    if (cancelled == 0) return;
    complain(report, event.seq,
             disturbance(event, before, lender) + ", which was cancelled, but has not completed",
             {operation.lent, cancelled});
  }

  void finish(const RunSoFar& run, Report& report) override {
    run.operations().for_each([&](std::uint32_t id, const OperationSoFar& operation) {
      look_at_handle(id, operation, run, report);
    });
  }

 private:
  /// The handle may have been closed between the operation's cancel and its completion now.
  void look_at_handle(std::uint32_t id, const OperationSoFar& operation, const RunSoFar& run,
                      Report& report) const {
    const HandleSoFar* handle = run.handle(operation.handle);
    if (handle == nullptr || handle->closed == 0 || operation.is_over) return;
    if (operation.verb == Opcode::close) return;
    if (run.is_imported())
      return;  // Asio's close does not wait; cancelled operations complete later
    const std::uint32_t cancelled = run.cancelled_at(operation);
    if (cancelled == 0 || cancelled > handle->closed) return;
    complain(report, handle->closed,
             run.name_of_handle(operation.handle) + " is closed while " +
                 run.name_of_operation(id) + ", which was cancelled, has not completed",
             {operation.initiated, cancelled});
  }
};

class HandlesClosedOnce final : public Monitor {
 public:
  HandlesClosedOnce()
      : Monitor({"handles_closed_once", Party::pattern, Severity::error,
                 "A handle is closed at most once, after it was opened, and not used afterwards."},
                {handle_closed, operation_initiated}) {}

  void see(const Event& event, const RunSoFar& before, Report& report) override {
    if (event.handle == 0) return;
    const HandleSoFar* handle = before.handle(event.handle);
    const bool is_closed =
        handle != nullptr ? handle->closed != 0 : before.handles().is_over(event.handle);
    const bool was_opened = is_closed || (handle != nullptr && handle->opened != 0);
    const std::string name = "handle " + std::to_string(event.handle);
    if (event.kind == handle_closed && !was_opened) {
      complain(report, event.seq, name + " is closed but was never opened");
    } else if (event.kind == handle_closed && is_closed) {
      complain(report, event.seq, name + " is closed a second time");
    } else if (event.kind == operation_initiated && is_closed) {
      complain(report, event.seq,
               std::string(before.text(event.opcode)) + " #" + std::to_string(event.operation) +
                   " is initiated on " + name + ", which is closed");
    }
  }
};

}  // namespace

void add_ownership_rules(Monitors& monitors) {
  monitors.push_back(std::make_unique<BuffersReturned>());
  monitors.push_back(std::make_unique<LentBuffersUntouched>());
  monitors.push_back(std::make_unique<CancelledWaitedFor>());
  monitors.push_back(std::make_unique<HandlesClosedOnce>());
}

}  // namespace proactor_lab
