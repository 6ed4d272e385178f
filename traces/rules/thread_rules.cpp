#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "traces/model/model.hpp"
#include "traces/rules/rule_families.hpp"

namespace proactor_lab {
namespace {

using enum EventKind;

class WakeUpsArrive final : public Monitor {
 public:
  WakeUpsArrive(const StringPool& strings, const RuleOptions& options)
      : Monitor({"wake_ups_arrive", Party::program, Severity::warning,
                 "Nobody waits for what is there already: the loop while a completion is queued, a "
                 "worker with a job, a thread for a free lock, or for a condition that was "
                 "notified just before."},
                {wait_entered, wait_returned, lock_requested, lock_acquired, lock_released,
                 thread_blocked, thread_woken, condition_notified, thread_exited}),
        strings_(strings),
        limit_ns_(options.wait_ns) {}

  void see(const Event& event, const RunSoFar& before, Report& report) override {
    switch (event.kind) {
      case wait_entered:
        // After a stop the loop waits only for its workers. An imported log does not show when
        // completions are dequeued, so the content of the queue is unknown.
        waits_on_ =
            before.completions_queued() > 0 && before.workers_active() == 0 && !before.is_imported()
                ? before.last_queued()
                : 0;
        wait_ = event.seq;
        wait_ns_ = event.time_ns;
        break;
      case wait_returned:
        if (waits_on_ != 0 && event.time_ns - wait_ns_ > limit_ns_) {
          complain(report, wait_,
                   "the loop waits " + format_duration(event.time_ns - wait_ns_) +
                       " although a completion is queued since event " + std::to_string(waits_on_),
                   {waits_on_, event.seq});
        }
        waits_on_ = 0;
        break;
      case lock_requested:
        wanted(event.thread) = {event.label, event.seq};
        break;
      case lock_acquired:
        wanted(event.thread) = {};
        ++lock(event.label).holders;
        looks(event.thread).looked = event.seq;
        break;
      case lock_released: {
        Lock& released = lock(event.label);
        --released.holders;
        released.freed = event.seq;
        released.freed_ns = event.time_ns;
        looks(event.thread).gave_back = event.seq;
        break;
      }
      case condition_notified:
        notify(event);
        break;
      case thread_blocked:
        wait_for(event);
        break;
      case thread_woken:
        looks(event.thread).waits = {};
        break;
      default:
        wanted(event.thread) = {};
        looks(event.thread) = {};
        break;
    }
  }

  void finish(const RunSoFar& run, Report& report) override {
    if (waits_on_ != 0 && run.time_ns() - wait_ns_ > limit_ns_) {
      complain(report, wait_,
               "the loop waits to the run's end although a completion is queued since event " +
                   std::to_string(waits_on_),
               {waits_on_});
    }
    run.operations().for_each([&](std::uint32_t id, const OperationSoFar& operation) {
      if (operation.acquired == 0) return;
      complain(report, operation.acquired,
               "a worker is acquired for " + run.name_of_operation(id) + ", and never takes it up");
    });
    for (std::size_t i = 0; i < wanted_.size(); ++i) {
      const auto& [label, since] = wanted_[i];
      if (since == 0) continue;
      const Lock& free = lock(label);
      // The next owner may not have had time to acquire it.
      if (free.holders > 0 || free.freed < since || run.time_ns() == free.freed_ns) continue;
      complain(report, since,
               run.name_of_thread(static_cast<std::uint16_t>(i)) + " waits from here on for lock " +
                   std::string(strings_.text(label)) + ", which is free since event " +
                   std::to_string(free.freed),
               {free.freed});
    }
    for (std::size_t i = 0; i < looks_.size(); ++i) {
      const auto& [condition, since, missed] = looks_[i].waits;
      if (missed == 0) continue;
      complain(report, since,
               run.name_of_thread(static_cast<std::uint16_t>(i)) +
                   " waits from here on for condition " + std::string(strings_.text(condition)) +
                   ", of which event " + std::to_string(missed) +
                   " told nobody: after this thread had looked, and without the lock that it held",
               {missed});
    }
  }

 private:
  struct Wanted {
    StringId label = no_string;
    std::uint32_t since = 0;  // 0: none
  };
  struct Lock {
    std::int64_t holders = 0;
    std::int64_t freed_ns = 0;
    std::uint32_t freed = 0;
  };

  struct Waits {
    StringId condition = no_string;
    std::uint32_t since = 0;
    std::uint32_t missed = 0;  // the missed notification; 0: none
  };
  /// The steps of a thread that checks a condition and waits, or changes it and notifies.
  struct Looks {
    std::uint32_t looked = 0;     // its last lock_acquired
    std::uint32_t gave_back = 0;  // its last lock_released
    std::uint32_t told = 0;       // its last condition_notified
    Waits waits;
  };

  /// A condition that is checked under a lock must be changed under the same lock. Then a thread
  /// that checked before the change is waiting at the time of the notification, and a thread that
  /// checks later sees the change.
  void notify(const Event& event) {
    Looks& notifier = looks(event.thread);
    const bool holds_lock = notifier.looked > notifier.gave_back;
    const bool under_lock = holds_lock || notifier.gave_back > notifier.told;
    notifier.told = event.seq;
    unheard(event.label) = event.value == 0 && !under_lock ? event.seq : 0;
  }

  void wait_for(const Event& event) {
    if (event.label == no_string) return;
    Looks& waiter = looks(event.thread);
    const std::uint32_t missed = unheard(event.label);
    waiter.waits = {event.label, event.seq, missed > waiter.looked ? missed : 0};
  }

  Looks& looks(std::uint16_t thread) {
    if (thread >= looks_.size()) looks_.resize(thread + 1u);
    return looks_[thread];
  }
  /// The last notification of a condition, if no thread was waiting and the condition was not
  /// changed under a lock; else 0.
  std::uint32_t& unheard(StringId label) {
    const auto index = static_cast<std::size_t>(label);
    if (index >= unheard_.size()) unheard_.resize(index + 1);
    return unheard_[index];
  }

  Wanted& wanted(std::uint16_t thread) {
    if (thread >= wanted_.size()) wanted_.resize(thread + 1u);
    return wanted_[thread];
  }
  Lock& lock(StringId label) {
    const auto index = static_cast<std::size_t>(label);
    if (index >= locks_.size()) locks_.resize(index + 1);
    return locks_[index];
  }

  const StringPool& strings_;
  const std::int64_t limit_ns_;
  std::uint32_t wait_ = 0;
  std::uint32_t waits_on_ = 0;  // a completion that was queued before the wait
  std::int64_t wait_ns_ = 0;
  std::vector<Wanted> wanted_;          // by thread
  std::vector<Lock> locks_;             // by label
  std::vector<Looks> looks_;            // by thread
  std::vector<std::uint32_t> unheard_;  // by label of a condition
};

class LocksInOneOrder final : public Monitor {
 public:
  explicit LocksInOneOrder(const StringPool& strings)
      : Monitor({"locks_in_one_order", Party::program, Severity::warning,
                 "Threads that hold one lock and ask for another do so in one order: a circle of "
                 "them is a deadlock in another run."},
                {lock_requested, lock_acquired, lock_released, thread_exited}),
        strings_(strings) {}

  void see(const Event& event, const RunSoFar& before, Report& report) override {
    if (event.thread >= held_.size()) held_.resize(event.thread + 1u);
    std::vector<StringId>& held = held_[event.thread];
    switch (event.kind) {
      case lock_requested:
        for (const StringId each : held) ask(each, event, held, before, report);
        break;
      case lock_acquired:
        if (held.size() < held_max) held.push_back(event.label);
        break;
      case lock_released: {
        const auto found = std::find(held.rbegin(), held.rend(), event.label);
        if (found != held.rend()) held.erase(std::next(found).base());
        break;
      }
      default:
        held.clear();
        break;
    }
  }

 private:
  // Limits for hostile traces; beyond them the rule ignores locks and orders.
  static constexpr std::size_t held_max = 16;
  static constexpr std::size_t orders_max = 2000;

  /// A thread that held one lock requested another.
  struct Order {
    std::uint32_t event = 0;     // first occurrence
    std::uint16_t thread = 0;    // of the first occurrence
    bool by_several = false;     // also by other threads
    std::vector<StringId> gate;  // held every time: a common gate lock prevents the deadlock
  };
  using Key = std::pair<StringId, StringId>;  // held, requested

  void ask(StringId held, const Event& event, const std::vector<StringId>& all,
           const RunSoFar& before, Report& report) {
    // Two locks may have the same label, which proves nothing.
    if (held == event.label) return;
    const auto known = orders_.find({held, event.label});
    if (known != orders_.end()) {
      Order& order = known->second;
      order.by_several |= order.thread != event.thread;
      std::erase_if(order.gate, [&](StringId each) {
        return std::find(all.begin(), all.end(), each) == all.end();
      });
      return;
    }
    if (orders_.size() >= orders_max) return;
    orders_[{held, event.label}] = {event.seq, event.thread, false, all};
    const std::vector<StringId> circle = path(event.label, held);
    if (!circle.empty()) judge(circle, event, before, report);
  }

  /// The path from one lock to another in the known orders, including both ends; empty if there is
  /// none.
  std::vector<StringId> path(StringId from, StringId to) const {
    std::map<StringId, StringId> reached{{from, from}};  // predecessor of each lock reached
    std::vector<StringId> left{from};
    while (!left.empty() && !reached.contains(to)) {
      const StringId at = left.back();
      left.pop_back();
      for (auto next = orders_.lower_bound({at, no_string});
           next != orders_.end() && next->first.first == at; ++next) {
        if (reached.emplace(next->first.second, at).second) left.push_back(next->first.second);
      }
    }
    if (!reached.contains(to)) return {};
    std::vector<StringId> found{to};
    while (found.back() != from) found.push_back(reached.at(found.back()));
    std::reverse(found.begin(), found.end());
    return found;
  }

  /// `circle` is the path from the requested lock to the held lock.
  void judge(const std::vector<StringId>& circle, const Event& event, const RunSoFar& before,
             Report& report) const {
    std::vector<std::uint32_t> others;
    std::vector<StringId> gate = orders_.at({circle.back(), event.label}).gate;
    bool by_several = false;
    for (std::size_t i = 0; i + 1 < circle.size(); ++i) {
      const Order& order = orders_.at({circle[i], circle[i + 1]});
      others.push_back(order.event);
      by_several |= order.by_several || order.thread != event.thread;
      std::erase_if(gate, [&](StringId each) {
        return std::find(order.gate.begin(), order.gate.end(), each) == order.gate.end();
      });
    }
    if (!by_several || !gate.empty()) return;
    std::string sentence = before.name_of_thread(event.thread) + " asks for lock " +
                           std::string(strings_.text(event.label)) + " and holds " +
                           std::string(strings_.text(circle.back())) + "; others hold ";
    for (std::size_t i = 0; i + 1 < circle.size(); ++i) {
      if (i > 0) sentence += ", ";
      sentence += std::string(strings_.text(circle[i])) + " and ask for " +
                  std::string(strings_.text(circle[i + 1]));
    }
    complain(report, event.seq, std::move(sentence), std::move(others));
  }

  const StringPool& strings_;
  std::vector<std::vector<StringId>> held_;  // by thread, in order of acquisition
  std::map<Key, Order> orders_;
};

}  // namespace

void add_thread_rules(Monitors& monitors, const StringPool& strings, const RuleOptions& options) {
  monitors.push_back(std::make_unique<WakeUpsArrive>(strings, options));
  monitors.push_back(std::make_unique<LocksInOneOrder>(strings));
}

}  // namespace proactor_lab
