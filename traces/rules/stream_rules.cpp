#include <string>

#include "traces/model/verbs.hpp"
#include "traces/rules/rule_families.hpp"

namespace proactor_lab {
namespace {

using enum EventKind;

class OneWriteAtATime final : public Monitor {
 public:
  OneWriteAtATime()
      : Monitor({"one_write_at_a_time", Party::program, Severity::warning,
                 "On a stream or a pipe one write is in flight at a time, unless a chain orders "
                 "them: short ones would mix their bytes."},
                {operation_started, operation_completed, operation_abandoned}) {}

  void see(const Event& event, const RunSoFar& before, Report& report) override {
    const OperationSoFar* operation = before.operation(event.operation);
    if (operation == nullptr || !sends_in_order(operation->verb) || operation->handle == 0) return;
    if (event.kind != operation_started) {
      Writing* writing = writing_.find(operation->handle);
      if (writing == nullptr || operation->started == 0 || operation->is_over || event.more) return;
      if (--writing->count == 0) writing_.erase(operation->handle);
      return;
    }
    if (!is_stream(*operation, before)) return;
    Writing& writing = writing_.put(operation->handle);
    if (writing.count > 0 && !operation->follows) {
      complain(report, event.seq,
               before.name_of_operation(event.operation) + " starts while " +
                   before.name_of_operation(writing.operation) + " is in flight",
               {writing.started});
    }
    ++writing.count;
    writing.operation = event.operation;
    writing.started = event.seq;
  }

 private:
  struct Writing {
    std::uint32_t count = 0;
    std::uint32_t operation = 0;  // the latest
    std::uint32_t started = 0;
  };

  static bool is_stream(const OperationSoFar& operation, const RunSoFar& before) {
    const HandleSoFar* handle = before.handle(operation.handle);
    const std::string_view type = handle == nullptr ? "" : before.text(handle->type);
    // If its opening is not in the trace, a write may be to a file.
    if (type.empty()) return operation.verb == Opcode::send;
    return type == "stream" || type == "pipe";
  }

  IdTable<Writing> writing_;  // by handle
};

class MultishotRearmed final : public Monitor {
 public:
  MultishotRearmed()
      : Monitor({"multishot_rearmed", Party::program, Severity::warning,
                 "When a multishot operation ends without having been cancelled, somebody starts "
                 "another or gives the handle up before the loop waits again."},
                {operation_completed, operation_initiated, handler_exited, wait_entered,
                 handle_closed}) {}

  void see(const Event& event, const RunSoFar& before, Report& report) override {
    switch (event.kind) {
      case wait_entered:
        ++waits_;
        return;
      case operation_completed:
        return end(event, before);
      case operation_initiated:
        return rearm(event, before);
      case handler_exited: {
        if (unarmed_count_ == 0) return;
        const OperationSoFar* operation = before.operation(event.operation);
        Unarmed* unarmed = operation == nullptr ? nullptr : unarmed_.find(operation->handle);
        if (unarmed == nullptr || unarmed->operation != event.operation) return;
        unarmed->handled = event.seq;
        unarmed->waits = waits_;
        return;
      }
      default:
        if (const Unarmed* unarmed = unarmed_.find(event.handle)) {
          judge(*unarmed, before, report);
          forget(event.handle);
        }
        return;
    }
  }

  void finish(const RunSoFar& run, Report& report) override {
    unarmed_.for_each([&](std::uint32_t, const Unarmed& unarmed) { judge(unarmed, run, report); });
  }

 private:
  struct Unarmed {
    std::uint32_t operation = 0;
    std::uint32_t handle = 0;
    std::uint32_t ended = 0;
    std::uint32_t handled = 0;  // 0: its handler has not returned
    std::uint64_t waits = 0;    // number of loop waits by then
    StringId opcode = no_string;
    Opcode verb = Opcode::none;
  };

  void end(const Event& event, const RunSoFar& before) {
    const OperationSoFar* operation = before.operation(event.operation);
    if (operation == nullptr || !operation->is_multishot || event.more || operation->is_over ||
        operation->handle == 0 || event.value == -cancelled_error ||
        before.cancelled_at(*operation) != 0) {
      return;
    }
    // The stream ended or failed: there is nothing to wait for.
    const bool receives = receives_in_order(operation->verb);
    if (receives && event.value <= 0 && event.value != -no_buffers_error) return;
    if (unarmed_.find(operation->handle) == nullptr) ++unarmed_count_;
    unarmed_.put(operation->handle) = {.operation = event.operation,
                                       .handle = operation->handle,
                                       .ended = event.seq,
                                       .opcode = operation->opcode,
                                       .verb = operation->verb};
  }

  void rearm(const Event& event, const RunSoFar& before) {
    if (unarmed_count_ == 0 || event.handle == 0) return;
    const Unarmed* unarmed = unarmed_.find(event.handle);
    if (unarmed == nullptr) return;
    const Opcode verb = before.verb_named(event.opcode);
    const bool receives = receives_in_order(verb) && receives_in_order(unarmed->verb);
    if (verb == unarmed->verb || receives || verb == Opcode::close || verb == Opcode::shutdown ||
        verb == Opcode::cancel_handle) {
      forget(event.handle);
    }
  }

  void forget(std::uint32_t handle) {
    unarmed_.erase(handle);
    --unarmed_count_;
  }

  void judge(const Unarmed& unarmed, const RunSoFar& run, Report& report) const {
    if (unarmed.handled == 0 || waits_ == unarmed.waits) return;
    complain(report, unarmed.ended,
             "multishot " + std::string(run.text(unarmed.opcode)) + " #" +
                 std::to_string(unarmed.operation) + " ends here, and nobody starts another on " +
                 run.name_of_handle(unarmed.handle) + ", which stays open",
             {unarmed.handled});
  }

  IdTable<Unarmed> unarmed_;  // by handle
  std::size_t unarmed_count_ = 0;
  std::uint64_t waits_ = 0;
};

}  // namespace

void add_stream_rules(Monitors& monitors) {
  monitors.push_back(std::make_unique<OneWriteAtATime>());
  monitors.push_back(std::make_unique<MultishotRearmed>());
}

}  // namespace proactor_lab
