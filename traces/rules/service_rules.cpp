#include <string>
#include <vector>

#include "traces/model/model.hpp"
#include "traces/rules/rule_families.hpp"

namespace proactor_lab {
namespace {

using enum EventKind;

class HandlersBrief final : public Monitor {
 public:
  explicit HandlersBrief(const RuleOptions& options)
      : Monitor({"handlers_brief", Party::program, Severity::hint,
                 "A handler gives its thread back soon: nobody else is served there meanwhile."},
                {handler_exited}),
        limit_ns_(options.handler_ns) {}

  void see(const Event& event, const RunSoFar& before, Report& report) override {
    const ThreadSoFar& thread = before.thread(event.thread);
    if (thread.handling != event.operation || thread.entered == 0) return;
    const std::int64_t took_ns = event.time_ns - thread.entered_ns;
    if (took_ns <= limit_ns_) return;
    complain(report, event.seq,
             "the handler of " + before.name_of_operation(event.operation) + " kept " +
                 before.name_of_thread(event.thread) + " for " + format_duration(took_ns) +
                 ", longer than " + format_duration(limit_ns_),
             {thread.entered});
  }

 private:
  const std::int64_t limit_ns_;
};

class HandlersNeverBlock final : public Monitor {
 public:
  HandlersNeverBlock()
      : Monitor({"handlers_never_block", Party::program, Severity::warning,
                 "A handler makes no blocking call and waits for nobody: it initiates, and "
                 "returns."},
                {syscall_entered, thread_blocked}) {}

  void see(const Event& event, const RunSoFar& before, Report& report) override {
    const ThreadSoFar& thread = before.thread(event.thread);
    if (thread.handling == 0 || event.thread == 0) return;
    // A thread without a core is ready to run; the handler does not block.
    if (event.kind == thread_blocked && before.text(event.text) == "cpu") return;
    if (event.thread >= told_.size()) told_.resize(event.thread + 1u);
    if (told_[event.thread] == thread.entered) return;  // once per handler run
    told_[event.thread] = thread.entered;
    const std::string what = event.kind == thread_blocked
                                 ? "waits (" + std::string(before.text(event.text)) + ")"
                                 : "calls " + std::string(before.text(event.opcode));
    complain(report, event.seq,
             "the handler of " + before.name_of_operation(thread.handling) + " " + what + " on " +
                 before.name_of_thread(event.thread),
             {thread.entered});
  }

 private:
  std::vector<std::uint32_t> told_;  // by thread: the last handler run that was reported
};

/// The waiters for one resource. Counts, for a waiter, how many later arrivals were served before
/// it.
class Queue {
 public:
  struct Place {
    std::uint32_t since = 0;  // `seq` of the event; 0: does not wait
    std::uint64_t served = 0;
    std::uint64_t ahead = 0;
  };

  Place enter(std::uint32_t since) { return {since, served_, waiting_++}; }
  void leave() {
    if (waiting_ > 0) --waiting_;
    ++served_;
  }
  std::uint64_t overtakers_of(const Place& place) const {
    const std::uint64_t served = served_ - place.served;
    return served > place.ahead ? served - place.ahead : 0;
  }

 private:
  std::uint64_t served_ = 0;
  std::uint64_t waiting_ = 0;
};

class NobodyStarves final : public Monitor {
 public:
  NobodyStarves(const StringPool& strings, const RuleOptions& options)
      : Monitor({"nobody_starves", Party::program, Severity::warning,
                 "Who waits for a handler, a core or a lock is not overtaken again and again by "
                 "those who came later."},
                {handler_entered, thread_blocked, thread_switched, lock_requested, lock_acquired,
                 thread_exited}),
        strings_(strings),
        limit_(options.overtaken) {}

  void see(const Event& event, const RunSoFar& before, Report& report) override {
    switch (event.kind) {
      case handler_entered:
        if (const OperationSoFar* operation = before.operation(event.operation)) {
          look_at_completion(event.operation, *operation, event.seq, before, report);
        }
        break;
      case thread_blocked:
        if (before.text(event.text) == "cpu") waiting(event.thread).core = cores_.enter(event.seq);
        break;
      case thread_switched: {
        Queue::Place& place = waiting(event.thread).core;
        if (place.since == 0) break;
        look_at_thread(event.thread, place, event.seq, before, report);
        place = {};
        cores_.leave();
        break;
      }
      case lock_requested: {
        Waiting& thread = waiting(event.thread);
        if (thread.lock_place.since != 0) break;
        thread.lock = event.label;
        thread.lock_place = lock(event.label).enter(event.seq);
        break;
      }
      case lock_acquired: {
        Waiting& thread = waiting(event.thread);
        if (thread.lock_place.since == 0 || thread.lock != event.label) break;
        look_at_lock(event.thread, thread, event.seq, before, report);
        thread.lock_place = {};
        lock(event.label).leave();
        break;
      }
      default:  // a thread whose wait was ended by the end of the run
        waiting(event.thread) = {};
        break;
    }
  }

  void finish(const RunSoFar& run, Report& report) override {
    run.operations().for_each([&](std::uint32_t id, const OperationSoFar& operation) {
      look_at_completion(id, operation, operation.queued, run, report);
    });
    for (std::size_t i = 0; i < threads_.size(); ++i) {
      const auto thread = static_cast<std::uint16_t>(i);
      const Waiting& waiting = threads_[i];
      if (waiting.core.since != 0) {
        look_at_thread(thread, waiting.core, waiting.core.since, run, report);
      }
      if (waiting.lock_place.since != 0) {
        look_at_lock(thread, waiting, waiting.lock_place.since, run, report);
      }
    }
  }

 private:
  struct Waiting {
    Queue::Place core;
    Queue::Place lock_place;
    StringId lock = no_string;
  };

  void look_at_completion(std::uint32_t id, const OperationSoFar& operation, std::uint32_t at,
                          const RunSoFar& run, Report& report) const {
    if (operation.queued == 0) return;
    const std::uint64_t handled = run.completions_handled() - operation.handled_when_queued;
    if (handled <= operation.ahead_when_queued + limit_) return;
    complain_of("the completion of " + run.name_of_operation(id), "handled", at, operation.queued,
                handled - operation.ahead_when_queued, report);
  }

  void look_at_thread(std::uint16_t thread, const Queue::Place& place, std::uint32_t at,
                      const RunSoFar& run, Report& report) const {
    const std::uint64_t overtakers = cores_.overtakers_of(place);
    if (overtakers <= limit_) return;
    complain_of(run.name_of_thread(thread), "given a core", at, place.since, overtakers, report);
  }

  void look_at_lock(std::uint16_t thread, const Waiting& waiting, std::uint32_t at,
                    const RunSoFar& run, Report& report) {
    const std::uint64_t overtakers = lock(waiting.lock).overtakers_of(waiting.lock_place);
    if (overtakers <= limit_) return;
    complain_of(run.name_of_thread(thread),
                "given the lock " + std::string(strings_.text(waiting.lock)), at,
                waiting.lock_place.since, overtakers, report);
  }

  void complain_of(const std::string& who, const std::string& served, std::uint32_t at,
                   std::uint32_t since, std::uint64_t overtakers, Report& report) const {
    complain(report, at,
             who + " waited from event " + std::to_string(since) + " on to be " + served +
                 ", while " + std::to_string(overtakers) + " that came later had their turn",
             {since});
  }

  Waiting& waiting(std::uint16_t thread) {
    if (thread >= threads_.size()) threads_.resize(thread + 1u);
    return threads_[thread];
  }
  Queue& lock(StringId label) {
    const auto index = static_cast<std::size_t>(label);
    if (index >= locks_.size()) locks_.resize(index + 1);
    return locks_[index];
  }

  const StringPool& strings_;
  const std::uint64_t limit_;
  Queue cores_;
  std::vector<Waiting> threads_;
  std::vector<Queue> locks_;  // by label
};

}  // namespace

void add_service_rules(Monitors& monitors, const StringPool& strings, const RuleOptions& options) {
  monitors.push_back(std::make_unique<HandlersBrief>(options));
  monitors.push_back(std::make_unique<HandlersNeverBlock>());
  monitors.push_back(std::make_unique<NobodyStarves>(strings, options));
}

}  // namespace proactor_lab
