#include <string>

#include "traces/format/event_fields.hpp"
#include "traces/rules/rule_families.hpp"

namespace proactor_lab {
namespace {

using enum EventKind;

class CompletesOnce final : public Monitor {
 public:
  CompletesOnce()
      : Monitor({"completes_once", Party::pattern, Severity::error,
                 "An operation completes once; a multishot operation's last completion ends it."},
                {operation_initiated, operation_completed}) {}

  void see(const Event& event, const RunSoFar& before, Report& report) override {
    const OperationSoFar* operation = before.operation(event.operation);
    const bool is_over = operation == nullptr && before.operations().is_over(event.operation);
    if (event.kind == operation_initiated) {
      if (operation == nullptr && !is_over) return;
      complain(report, event.seq, before.name_of_operation(event.operation) + " is initiated twice",
               operation != nullptr && operation->initiated != 0 ? std::vector{operation->initiated}
                                                                 : std::vector<std::uint32_t>{});
    } else if (is_over) {
      complain(report, event.seq,
               before.name_of_operation(event.operation) + " completes again; it was over before");
    } else if (operation != nullptr && operation->is_over) {
      complain(report, event.seq,
               before.name_of_operation(event.operation) +
                   " completes again; it completed at event " +
                   std::to_string(operation->completed),
               {operation->completed});
    }
  }
};

class HandlerAfterCompletion final : public Monitor {
 public:
  HandlerAfterCompletion()
      : Monitor({"handler_after_completion", Party::pattern, Severity::error,
                 "An operation is initiated, submitted, started, completed, queued, dequeued and "
                 "handled, in this order; no step without the one before it."},
                {operation_submitted, operation_started, operation_completed, completion_queued,
                 completion_dequeued, handler_entered, handler_exited}) {}

  void see(const Event& event, const RunSoFar& before, Report& report) override {
    const Step step = step_of(event.kind);
    const OperationSoFar* operation = before.operation(event.operation);
    int needed = step - 1;
    if (operation != nullptr) {
      // A cancelled operation may not have been started (linked), or not even submitted (queue
      // full).
      if (step == completed_step && event.value == -cancelled_error) {
        while (needed > 0 && operation->open[needed] == 0) --needed;
      }
      if (operation->open[needed] > 0) return;
    }
    complain(report, event.seq,
             std::string(name_of(event.kind)) + " of " + before.name_of_operation(event.operation) +
                 " without a " + std::string(name_of(kind_of(static_cast<Step>(needed)))) +
                 " before it");
  }
};

class CauseBeforeEffect final : public Monitor {
 public:
  CauseBeforeEffect()
      : Monitor({"cause_before_effect", Party::pattern, Severity::error,
                 "Every event but the first names a cause that stands before it."},
                {}) {}
  bool wants(EventKind) const override { return true; }

  void see(const Event& event, const RunSoFar&, Report& report) override {
    if (event.cause >= event.seq) {
      complain(report, event.seq,
               std::string(name_of(event.kind)) + " names event " + std::to_string(event.cause) +
                   " as its cause, which does not come before it");
    } else if (event.cause == 0 && event.seq > 1 && event.kind != events_lost) {
      complain(report, event.seq, std::string(name_of(event.kind)) + " has no cause");
    }
  }
};

class SequenceComplete final : public Monitor {
 public:
  explicit SequenceComplete(const StringPool& strings)
      : Monitor({"sequence_complete", Party::pattern, Severity::error,
                 "Events are numbered from 1 without a gap."},
                {events_lost}),
        strings_(strings) {}

  void see(const Event& event, const RunSoFar&, Report& report) override {
    if (strings_.text(event.text) == "missing from the file") {
      complain(report, event.seq, "event " + std::to_string(event.seq) + " is not in the file");
    }
  }

 private:
  const StringPool& strings_;
};

class OperationsComplete final : public Monitor {
 public:
  OperationsComplete()
      : Monitor({"operations_complete", Party::pattern, Severity::error,
                 "Every operation completes before the run ends, or is abandoned when the proactor "
                 "is destroyed."},
                {}) {}

  void see(const Event&, const RunSoFar&, Report&) override {}
  void finish(const RunSoFar& run, Report& report) override {
    if (run.is_imported() && run.was_interrupted()) return;  // the log ended, not the run
    run.operations().for_each([&](std::uint32_t id, const OperationSoFar& operation) {
      if (operation.is_over || operation.initiated == 0) return;
      complain(
          report, operation.initiated,
          run.name_of_operation(id) + " is initiated here and never completes",
          operation.started != 0 ? std::vector{operation.started} : std::vector<std::uint32_t>{});
    });
  }
};

}  // namespace

void add_order_rules(Monitors& monitors, const StringPool& strings) {
  monitors.push_back(std::make_unique<CompletesOnce>());
  monitors.push_back(std::make_unique<OperationsComplete>());
  monitors.push_back(std::make_unique<HandlerAfterCompletion>());
  monitors.push_back(std::make_unique<CauseBeforeEffect>());
  monitors.push_back(std::make_unique<SequenceComplete>(strings));
}

}  // namespace proactor_lab
