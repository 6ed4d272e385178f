// The rules of the pattern, as streaming monitors: each sees the events of a run one by one and
// complains at the event that breaks it. `plab check`, the tests and (later) exploration and the
// live window use the same monitors. RULES.md describes the rules.
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

/// What a violation means. Error: the pattern's promises do not hold, or memory may be corrupted.
/// Warning: it may go wrong at another time. Hint: it is slow.
enum class Severity : std::uint8_t { error, warning, hint };
std::string_view name_of(Severity severity);

struct Violation {
  std::string rule;
  Severity severity = Severity::error;
  std::uint32_t event = 0;            ///< `seq` of the event that breaks the rule
  std::vector<std::uint32_t> others;  ///< the other events that it takes, ascending
  std::string sentence;               ///< what is wrong, without the event's number
};

/// Whose promise a rule holds: that of whoever carries operations out, whatever is asked of them,
/// or that of the program that uses them.
enum class Party : std::uint8_t { pattern, program };

struct RuleOptions {
  bool pattern_only = false;  ///< leave the program's conduct alone
  std::size_t most = 1000;    ///< violations, then nobody looks any further
  /// A handler's run. 100 ms is what Python's asyncio calls slow (`slow_callback_duration`), and
  /// what a person notices.
  std::int64_t handler_ns = 100'000'000;
  /// How many who came later may be served before one who waits.
  std::uint64_t overtaken = 100;
  /// A wait of the loop although a completion is queued. A look at the queue is shorter.
  std::int64_t wait_ns = 1'000'000;
};

/// What a rule says of itself.
struct RuleInfo {
  std::string_view name;
  Party party = Party::pattern;
  Severity severity = Severity::error;
  std::string_view demand;  ///< in a sentence
};

/// Where monitors complain.
class Report {
 public:
  explicit Report(std::size_t most) : most_(most) {}
  bool is_full() const { return violations_.size() >= most_; }
  void add(const RuleInfo& rule, std::uint32_t event, std::string sentence,
           std::vector<std::uint32_t> others = {});
  /// In the order of their events.
  std::vector<Violation> take();

 private:
  std::size_t most_;
  std::vector<Violation> violations_;
};

class Monitor {
 public:
  /// It is shown events of these kinds; the others are not its affair.
  Monitor(const RuleInfo& info, std::initializer_list<EventKind> kinds)
      : info_(info), kinds_(kinds) {}
  virtual ~Monitor() = default;

  const RuleInfo& info() const { return info_; }
  std::string_view rule() const { return info_.name; }
  std::string_view demand() const { return info_.demand; }
  virtual bool wants(EventKind kind) const {
    return std::find(kinds_.begin(), kinds_.end(), kind) != kinds_.end();
  }

  /// `before`: the run up to the event, without it.
  virtual void see(const Event& event, const RunSoFar& before, Report& report) = 0;
  /// The run ended (with run_finished): whatever had to come has to have come.
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

/// A fresh set, one of each rule.
std::vector<std::unique_ptr<Monitor>> make_monitors(const StringPool& strings,
                                                    const RuleOptions& options = {});

/// Checks a run while its events come. What it keeps grows with what is under way.
class RuleChecker {
 public:
  /// `strings` knows every string of the events that come.
  explicit RuleChecker(const StringPool& strings, const RuleOptions& options = {});

  void see(const Event& event);
  /// Nothing more comes; `truncated`: although something did.
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

/// Runs all monitors over a trace; violations in the order of their events.
std::vector<Violation> check_rules(const Trace& trace, const RuleOptions& options = {});

}  // namespace proactor_lab
