// The rules of the pattern, as streaming monitors: each sees the events of a run one by one and
// complains at the event that breaks it. `plab check`, the tests and (later) exploration and the
// live window use the same monitors. FORMAT.md lists the rules.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "traces/trace.hpp"

namespace proactor_lab {

struct Violation {
  std::string_view rule;
  std::uint32_t event = 0;  ///< `seq` of the event that breaks the rule
  std::string sentence;     ///< what is wrong, without the event's number
};

class Monitor {
 public:
  virtual ~Monitor() = default;
  using Report = std::function<void(Violation)>;

  virtual std::string_view rule() const = 0;
  /// What the rule demands, in a sentence.
  virtual std::string_view demand() const = 0;
  virtual void see(const Event& event, const Report& report) = 0;
  /// The run ended (with run_finished): whatever had to come has to have come.
  virtual void finish(const Report&) {}
};

/// A fresh set, one of each rule.
std::vector<std::unique_ptr<Monitor>> make_monitors(const StringPool& strings);

/// Runs all monitors over a trace; violations in the order of their events, at most `most`.
std::vector<Violation> check_rules(const Trace& trace, std::size_t most = 1000);

}  // namespace proactor_lab
