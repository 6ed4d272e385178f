// The rules of the pattern as streaming monitors: each receives the events of a run one by one and
// reports a violation at the event that breaks its rule. `plab check`, the tests and (later)
// exploration and the live window use the same monitors. RULES.md describes the rules.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "traces/format/trace.hpp"
#include "traces/rules/run_so_far.hpp"

namespace proactor_lab {

/// Error: the pattern's guarantees do not hold, or memory may be corrupted. Warning: it may go
/// wrong in another run. Hint: it is slow.
enum class Severity : std::uint8_t { error, warning, hint };
std::string_view name_of(Severity severity);

struct Violation {
  std::string rule;
  Severity severity = Severity::error;
  std::uint32_t event = 0;            ///< `seq` of the event that breaks the rule
  std::vector<std::uint32_t> others;  ///< the other events involved, ascending
  std::string sentence;               ///< what is wrong, without the event's number
};

/// Which party breaks the rule. `pattern`: the implementation that carries operations out, whatever
/// is requested of it. `program`: the program that uses it.
enum class Party : std::uint8_t { pattern, program };

struct RuleOptions {
  bool pattern_only = false;  ///< check only rules of Party::pattern
  std::size_t most = 1000;    ///< maximum number of violations; checking stops there
  /// Maximum duration of a handler. 100 ms is what Python's asyncio calls slow
  /// (`slow_callback_duration`), and what people notice.
  std::int64_t handler_ns = 100'000'000;
  /// Maximum number of overtakes before a waiter counts as starved.
  std::uint64_t overtaken = 100;
  /// Maximum wait of the loop while a completion is queued. Checking the queue takes less.
  std::int64_t wait_ns = 1'000'000;
};

/// Describes a rule.
struct RuleInfo {
  std::string_view name;
  Party party = Party::pattern;
  Severity severity = Severity::error;
  std::string_view demand;  ///< the rule as one sentence
};

/// Collects violations.
class Report {
 public:
  explicit Report(std::size_t most) : most_(most) {}
  bool is_full() const { return violations_.size() >= most_; }
  void add(const RuleInfo& rule, std::uint32_t event, std::string sentence,
           std::vector<std::uint32_t> others = {});
  /// Returns the violations in the order of their events, and clears the report.
  std::vector<Violation> take();

 private:
  std::size_t most_;
  std::vector<Violation> violations_;
};

class Monitor {
 public:
  /// `see` is called only for events of these kinds.
  Monitor(const RuleInfo& info, std::initializer_list<EventKind> kinds)
      : info_(info), kinds_(kinds) {}
  virtual ~Monitor() = default;

  const RuleInfo& info() const { return info_; }
  std::string_view rule() const { return info_.name; }
  std::string_view demand() const { return info_.demand; }
  virtual bool wants(EventKind kind) const {
    return std::find(kinds_.begin(), kinds_.end(), kind) != kinds_.end();
  }

  /// `before` is the state of the run before the event.
  virtual void see(const Event& event, const RunSoFar& before, Report& report) = 0;
  /// The run has ended (run_finished). Monitors report what should have happened and did not.
  virtual void finish(const RunSoFar&, Report&) {}

 protected:
  void complain(Report& report, std::uint32_t event, std::string sentence,
                std::vector<std::uint32_t> others = {}) const {
    report.add(info_, event, std::move(sentence), std::move(others));
  }

 private:
  RuleInfo info_;
  std::vector<EventKind> kinds_;
};

/// Creates one new monitor per rule.
std::vector<std::unique_ptr<Monitor>> make_monitors(const StringPool& strings,
                                                    const RuleOptions& options = {});

/// Checks a run event by event. Memory grows with the number of live operations, handles and
/// buffers.
class RuleChecker {
 public:
  /// `strings` must contain every string of the events and outlive the checker.
  explicit RuleChecker(const StringPool& strings, const RuleOptions& options = {});

  void see(const Event& event);
  /// No event follows. `truncated`: the trace lacks its end, so that missing events are not
  /// reported.
  void finish(bool truncated = false);
  bool is_full() const { return report_.is_full(); }
  std::vector<Violation> take_violations() { return report_.take(); }

 private:
  std::vector<std::unique_ptr<Monitor>> monitors_;
  std::array<std::vector<Monitor*>, event_kind_count> by_kind_;
  RunSoFar so_far_;
  Report report_;
  bool ended_ = false;
  bool lost_ = false;
};

/// Runs all monitors over a trace. Returns the violations in the order of their events.
std::vector<Violation> check_rules(const Trace& trace, const RuleOptions& options = {});

}  // namespace proactor_lab
