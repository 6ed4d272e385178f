#include "traces/rules.hpp"

#include <algorithm>
#include <array>
#include <unordered_map>

#include "traces/event_fields.hpp"

namespace proactor_lab {
namespace {

std::string operation_name(std::uint32_t id) { return "operation #" + std::to_string(id); }

/// Each operation is completed once; a multishot operation once after its last result.
class CompletesOnce final : public Monitor {
 public:
  std::string_view rule() const override { return "completes_once"; }
  std::string_view demand() const override {
    return "An operation completes once; a multishot operation's last completion ends it.";
  }
  void see(const Event& event, const Report& report) override {
    if (event.kind == EventKind::operation_initiated) {
      if (!completed_.try_emplace(event.operation, 0).second) {
        report({rule(), event.seq, operation_name(event.operation) + " is initiated twice"});
      }
    } else if (event.kind == EventKind::operation_completed) {
      std::uint32_t& at = completed_[event.operation];
      if (at != 0) {
        report({rule(), event.seq,
                operation_name(event.operation) + " completes again; it completed at event " +
                    std::to_string(at)});
      }
      if (!event.more) at = event.seq;
    }
  }

 private:
  std::unordered_map<std::uint32_t, std::uint32_t> completed_;  // event by operation; 0: not yet
};

/// The life of an operation has its steps in order; no handler runs before its completion came.
class HandlerAfterCompletion final : public Monitor {
 public:
  std::string_view rule() const override { return "handler_after_completion"; }
  std::string_view demand() const override {
    return "An operation is initiated, submitted, started, completed, queued, dequeued and "
           "handled, "
           "in this order; no step without the one before it.";
  }
  void see(const Event& event, const Report& report) override {
    const int step = step_of(event.kind);
    if (step < 0) return;
    if (step == 0) {
      lives_[event.operation] = {};
      lives_[event.operation].open[0] = 1;
      return;
    }
    Life& life = lives_[event.operation];
    int before = step - 1;
    // What its chain cancels was never started; what waited for room, not even submitted.
    if (step == completed_step && event.value == -cancelled_error) {
      while (before > 0 && life.open[before] == 0) --before;
    }
    if (life.open[before] == 0) {
      report({rule(), event.seq,
              std::string(name_of(event.kind)) + " of " + operation_name(event.operation) +
                  " without a " + std::string(name_of(steps[before])) + " before it"});
    } else if (before >= completed_step) {
      --life.open[before];  // each result takes these steps once, a multishot operation's too
    }
    ++life.open[step];
    if (step == dequeued_step) life.ends = !event.more;
    const bool all_handled = life.open[dequeued_step] == 0 && life.open[last_step - 1] == 0;
    if (step == last_step && life.ends && all_handled) lives_.erase(event.operation);
  }

 private:
  struct Life {
    std::array<std::uint32_t, 8> open{};  // by step: taken, and not yet followed by the next
    bool ends = true;                     // the completion dequeued last is the last
  };
  static constexpr EventKind steps[] = {
      EventKind::operation_initiated, EventKind::operation_submitted,
      EventKind::operation_started,   EventKind::operation_completed,
      EventKind::completion_queued,   EventKind::completion_dequeued,
      EventKind::handler_entered,     EventKind::handler_exited};
  static constexpr int cancelled_error = 125;  // ECANCELED on Linux, and so in traces
  static constexpr int completed_step = 3;
  static constexpr int dequeued_step = 5;
  static constexpr int last_step = 7;

  static int step_of(EventKind kind) {
    const auto* found = std::find(std::begin(steps), std::end(steps), kind);
    return found == std::end(steps) ? -1 : static_cast<int>(found - std::begin(steps));
  }

  std::unordered_map<std::uint32_t, Life> lives_;
};

/// Nothing happens before what caused it.
class CauseBeforeEffect final : public Monitor {
 public:
  std::string_view rule() const override { return "cause_before_effect"; }
  std::string_view demand() const override {
    return "Every event but the first names a cause that stands before it.";
  }
  void see(const Event& event, const Report& report) override {
    if (event.cause >= event.seq) {
      report({rule(), event.seq,
              std::string(name_of(event.kind)) + " names event " + std::to_string(event.cause) +
                  " as its cause, which does not come before it"});
    } else if (event.cause == 0 && event.seq > 1 && event.kind != EventKind::events_lost) {
      report({rule(), event.seq, std::string(name_of(event.kind)) + " has no cause"});
    }
  }
};

/// Buffers go to the system and come back.
class BuffersReturned final : public Monitor {
 public:
  std::string_view rule() const override { return "buffers_returned"; }
  std::string_view demand() const override {
    return "A buffer lent by an initiation comes back once, before the handler is entered.";
  }
  void see(const Event& event, const Report& report) override {
    switch (event.kind) {
      case EventKind::buffer_lent:
        lent_[event.operation] = {event.buffer, event.seq};
        break;
      case EventKind::buffer_returned:
        if (lent_.erase(event.operation) == 0) {
          report({rule(), event.seq,
                  "buffer " + std::to_string(event.buffer) + " comes back from " +
                      operation_name(event.operation) + ", to which it was not lent"});
        }
        break;
      case EventKind::handler_entered:
        // A multishot operation keeps its buffers until its last completion.
        if (const auto lent = lent_.find(event.operation);
            lent != lent_.end() && more_.count(event.operation) == 0) {
          report({rule(), event.seq,
                  "the handler of " + operation_name(event.operation) + " runs while buffer " +
                      std::to_string(lent->second.buffer) + " is still lent (event " +
                      std::to_string(lent->second.event) + ")"});
          lent_.erase(lent);
        }
        break;
      case EventKind::completion_dequeued:
        if (event.more) {
          more_[event.operation] = 1;
        } else {
          more_.erase(event.operation);
        }
        break;
      case EventKind::operation_abandoned:
        lent_.erase(event.operation);
        break;
      default:
        break;
    }
  }
  void finish(const Report& report) override {
    std::vector<Lent> left;
    for (const auto& [operation, lent] : lent_) left.push_back(lent);
    std::sort(left.begin(), left.end(),
              [](const Lent& a, const Lent& b) { return a.event < b.event; });
    for (const Lent& lent : left) {
      report({rule(), lent.event,
              "buffer " + std::to_string(lent.buffer) + " is lent here and never comes back"});
    }
  }

 private:
  struct Lent {
    std::uint32_t buffer = 0;
    std::uint32_t event = 0;
  };
  std::unordered_map<std::uint32_t, Lent> lent_;  // by operation
  std::unordered_map<std::uint32_t, char> more_;  // multishot operations between two results
};

/// Handles are opened, used, closed once.
class HandlesClosedOnce final : public Monitor {
 public:
  std::string_view rule() const override { return "handles_closed_once"; }
  std::string_view demand() const override {
    return "A handle is closed at most once, after it was opened, and not used afterwards.";
  }
  void see(const Event& event, const Report& report) override {
    const std::string name = "handle " + std::to_string(event.handle);
    if (event.handle == 0) return;
    switch (event.kind) {
      case EventKind::handle_opened:
        open_[event.handle] = true;
        break;
      case EventKind::handle_closed: {
        const auto found = open_.find(event.handle);
        if (found == open_.end()) {
          report({rule(), event.seq, name + " is closed but was never opened"});
        } else if (!found->second) {
          report({rule(), event.seq, name + " is closed a second time"});
        } else {
          found->second = false;
        }
        break;
      }
      case EventKind::operation_initiated:
        if (const auto found = open_.find(event.handle); found != open_.end() && !found->second) {
          report(
              {rule(), event.seq,
               operation_name(event.operation) + " is initiated on " + name + ", which is closed"});
        }
        break;
      default:
        break;
    }
  }

 private:
  std::unordered_map<std::uint32_t, bool> open_;
};

/// The file has all events.
class SequenceComplete final : public Monitor {
 public:
  explicit SequenceComplete(const StringPool& strings) : strings_(strings) {}
  std::string_view rule() const override { return "sequence_complete"; }
  std::string_view demand() const override { return "Events are numbered from 1 without a gap."; }
  void see(const Event& event, const Report& report) override {
    if (event.kind == EventKind::events_lost &&
        strings_.text(event.text) == "missing from the file") {
      report({rule(), event.seq, "event " + std::to_string(event.seq) + " is not in the file"});
    }
  }

 private:
  const StringPool& strings_;
};

}  // namespace

std::vector<std::unique_ptr<Monitor>> make_monitors(const StringPool& strings) {
  std::vector<std::unique_ptr<Monitor>> monitors;
  monitors.push_back(std::make_unique<CompletesOnce>());
  monitors.push_back(std::make_unique<HandlerAfterCompletion>());
  monitors.push_back(std::make_unique<CauseBeforeEffect>());
  monitors.push_back(std::make_unique<BuffersReturned>());
  monitors.push_back(std::make_unique<HandlesClosedOnce>());
  monitors.push_back(std::make_unique<SequenceComplete>(strings));
  return monitors;
}

std::vector<Violation> check_rules(const Trace& trace, std::size_t most) {
  std::vector<Violation> violations;
  const Monitor::Report report = [&](Violation violation) {
    if (violations.size() < most) violations.push_back(std::move(violation));
  };
  const auto monitors = make_monitors(trace.strings);
  for (const auto& monitor : monitors) {
    for (const Event& event : trace.events) monitor->see(event, report);
    const bool ended = !trace.events.empty() && trace.events.back().kind == EventKind::run_finished;
    // A cut trace, or one past its event limit, cannot be blamed for what is not in it.
    const bool whole = std::none_of(trace.events.begin(), trace.events.end(), [](const Event& e) {
      return e.kind == EventKind::events_lost;
    });
    if (ended && whole && !trace.truncated) monitor->finish(report);
  }
  std::stable_sort(violations.begin(), violations.end(),
                   [](const Violation& a, const Violation& b) { return a.event < b.event; });
  return violations;
}

}  // namespace proactor_lab
