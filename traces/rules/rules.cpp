#include "traces/rules/rules.hpp"

#include <algorithm>
#include <utility>

#include "traces/rules/rule_families.hpp"

namespace proactor_lab {

std::string_view name_of(Severity severity) {
  switch (severity) {
    case Severity::error:
      return "error";
    case Severity::warning:
      return "warning";
    case Severity::hint:
      break;
  }
  return "hint";
}

void Report::add(const RuleInfo& rule, std::uint32_t event, std::string sentence,
                 std::vector<std::uint32_t> others) {
  if (is_full()) return;
  std::sort(others.begin(), others.end());
  violations_.push_back(
      {std::string(rule.name), rule.severity, event, std::move(others), std::move(sentence)});
}

std::vector<Violation> Report::take() {
  std::stable_sort(violations_.begin(), violations_.end(),
                   [](const Violation& a, const Violation& b) { return a.event < b.event; });
  return std::exchange(violations_, {});
}

std::vector<std::unique_ptr<Monitor>> make_monitors(const StringPool& strings,
                                                    const RuleOptions& options) {
  Monitors monitors;
  add_order_rules(monitors, strings);
  add_ownership_rules(monitors);
  add_stream_rules(monitors);
  add_service_rules(monitors, strings, options);
  add_thread_rules(monitors, strings, options);
  if (options.pattern_only) {
    std::erase_if(monitors, [](const auto& each) { return each->info().party != Party::pattern; });
  }
  return monitors;
}

RuleChecker::RuleChecker(const StringPool& strings, const RuleOptions& options)
    : monitors_(make_monitors(strings, options)), so_far_(strings), report_(options.most) {
  for (const auto& monitor : monitors_) {
    for (int kind = 0; kind < event_kind_count; ++kind) {
      if (!monitor->wants(static_cast<EventKind>(kind))) continue;
      by_kind_[static_cast<std::size_t>(kind)].push_back(monitor.get());
    }
  }
}

void RuleChecker::see(const Event& event) {
  for (Monitor* monitor : by_kind_[static_cast<std::size_t>(event.kind)]) {
    monitor->see(event, so_far_, report_);
  }
  so_far_.add(event);
  ended_ = event.kind == EventKind::run_finished;
  lost_ |= event.kind == EventKind::events_lost;
}

void RuleChecker::finish(bool truncated) {
  // In a trace that is truncated or exceeds its event limit, missing events are no violation.
  if (!ended_ || lost_ || truncated) return;
  for (const auto& monitor : monitors_) monitor->finish(so_far_, report_);
}

std::vector<Violation> check_rules(const Trace& trace, const RuleOptions& options) {
  RuleChecker checker(trace.strings, options);
  for (const Event& event : trace.events) {
    if (checker.is_full()) break;
    checker.see(event);
  }
  checker.finish(trace.truncated);
  return checker.take_violations();
}

}  // namespace proactor_lab
