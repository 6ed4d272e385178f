// Describes a run in at most 40 lines: what is wrong, where the time went, what was recorded.
#include "traces/explain/explanation.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <utility>
#include <vector>

#include "traces/format/printable_text.hpp"
#include "traces/format/run_systems.hpp"
#include "traces/model/choice_words.hpp"
#include "traces/model/run_findings.hpp"
#include "traces/query/query_output.hpp"
#include "traces/query/query_rows.hpp"
#include "traces/rules/rules.hpp"

namespace proactor_lab {
namespace {

constexpr std::size_t stuck_told_max = 2;
constexpr std::size_t kinds_told_max = 7;
constexpr std::size_t handlers_told_max = 4;
constexpr std::size_t threads_told_max = 3;

std::string times(std::uint64_t count, const std::string& what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

/// "a, b and c", at most `most` of them.
std::string listed(const std::vector<std::string>& words, std::size_t most = 4) {
  std::string text;
  for (std::size_t i = 0; i < words.size() && i < most; ++i) {
    text += (i == 0 ? "" : i + 1 == words.size() ? " and " : ", ") + words[i];
  }
  return words.size() > most ? text + " and others" : text;
}

class RunExplanation {
 public:
  explicit RunExplanation(const Model& model)
      : model_(model), trace_(model.trace()), found_(look_through(model)) {}

  std::string text() const {
    return title() + troubles() + durations() + peaks() + workers() + threads() + world() + seen();
  }

 private:
  std::string text_of(StringId id) const { return printable(trace_.text(id)); }
  std::string moment(std::uint32_t seq) const {
    return "#" + std::to_string(seq) + " at " + format_duration(model_.event(seq).time_ns);
  }
  std::int64_t between(std::uint32_t from, std::uint32_t to) const {
    return model_.event(to).time_ns - model_.event(from).time_ns;
  }

  std::string title() const {
    std::string text = printable(trace_.header.program) + " on " + printable(trace_.header.system);
    if (system_named(trace_.header.system).is_simulated)
      text += ", seed " + std::to_string(trace_.header.seed);
    text += ": " + times(trace_.events.size(), "event") + " in " +
            format_duration(model_.end_ns() - model_.start_ns());
    const auto connections = static_cast<std::uint64_t>(
        std::count_if(model_.handles().begin(), model_.handles().end(), [&](const auto& handle) {
          return handle.opened != 0 && text_of(model_.event(handle.opened).text) == "stream";
        }));
    if (connections > 0) text += ", " + times(connections, "connection");
    return text + ".\n";
  }

  // --- What is wrong -------------------------------------------------------------------------

  std::string troubles() const {
    std::string text;
    if (trace_.truncated || found_.end.empty())
      text += "The trace ends early: the run was cut off.\n";
    if (found_.end == "limit") text += "A limit ended the run.\n";
    for (std::string found : {found_.deadlock, found_.livelock}) {
      if (found.empty()) continue;
      found[0] = static_cast<char>(found[0] - 'a' + 'A');
      text += printable(found) + ".\n";
    }
    text += stuck();
    const std::size_t violations = check_rules(trace_).size();
    if (violations > 0) {
      text += "Rules of the pattern broken " + times(violations, "time") + ": see plab check.\n";
    }
    return text.empty() ? "It ended by itself, and kept all rules of the pattern.\n" : text;
  }

  /// Operations whose handler has not returned and that were not abandoned.
  std::string stuck() const {
    std::vector<const OperationRecord*> stuck;
    for (const OperationRecord& operation : model_.operations()) {
      if (operation.initiated != 0 && operation.exited == 0 && operation.abandoned == 0) {
        stuck.push_back(&operation);
      }
    }
    if (stuck.empty()) return "";
    std::string text = times(stuck.size(), "operation") + " not through when the run ended:\n";
    for (std::size_t i = 0; i < stuck.size() && i < stuck_told_max; ++i) {
      const OperationRecord& operation = *stuck[i];
      text += "  " + model_.name_of_operation(operation.id) + ": " +
              std::string(name_of(model_.state_at(operation, model_.event_count()))) +
              ", asked for " + format_duration(between(operation.initiated, model_.event_count())) +
              " before the end (" + moment(operation.initiated) + ")\n";
    }
    if (stuck.size() > stuck_told_max) {
      text += "  and " + std::to_string(stuck.size() - stuck_told_max) + " more\n";
    }
    return text;
  }

  // --- Where the time went -------------------------------------------------------------------

  struct Samples {
    std::vector<std::int64_t> ns;
    std::map<std::string, std::uint64_t> marks;  // "cancelled", 2
  };
  using Named = std::pair<std::string, Samples>;

  static std::int64_t longest(const Samples& samples) {
    return samples.ns.empty() ? -1 : *std::max_element(samples.ns.begin(), samples.ns.end());
  }

  /// The longest first; omitted entries are counted.
  static std::vector<Named> worst_first(std::map<std::string, Samples> groups) {
    std::vector<Named> sorted(std::make_move_iterator(groups.begin()),
                              std::make_move_iterator(groups.end()));
    std::stable_sort(sorted.begin(), sorted.end(), [](const Named& a, const Named& b) {
      return longest(a.second) > longest(b.second);
    });
    return sorted;
  }

  static std::vector<QueryValue> row_of(const std::string& name, Samples samples) {
    std::sort(samples.ns.begin(), samples.ns.end());
    const auto text = [](std::string words) {
      return QueryValue{QueryValue::Kind::text, std::move(words)};
    };
    const std::size_t count = samples.ns.size();
    std::vector<QueryValue> row{
        text(name), {QueryValue::Kind::number, count == 0 ? "" : std::to_string(count)}};
    for (const std::size_t hundredth : {50, 90, 99, 100}) {
      row.push_back(
          text(count == 0 ? "" : format_duration(samples.ns[(count * hundredth + 99) / 100 - 1])));
    }
    std::vector<std::string> marks;
    for (const auto& [mark, often] : samples.marks)
      marks.push_back(std::to_string(often) + " " + mark);
    row.push_back(text(listed(marks)));
    return row;
  }

  std::string durations() const {
    std::map<std::string, Samples> kinds;
    Samples submitting;
    Samples queued;
    Samples waiting;
    const OperationRecord* slowest = nullptr;
    std::int64_t slowest_ns = 0;
    for (const OperationRecord& operation : model_.operations()) {
      if (operation.initiated == 0) continue;
      Samples& kind = kinds[text_of(operation.opcode)];
      if (operation.abandoned != 0) ++kind.marks["abandoned"];
      if (operation.abandoned == 0 && operation.completed == 0) ++kind.marks["under way"];
      const Outcome outcome = model_.outcome(operation);
      if (outcome == Outcome::error) ++kind.marks["with an error"];
      if (outcome == Outcome::cancelled) ++kind.marks["cancelled"];
      if (outcome == Outcome::short_transfer) ++kind.marks["short"];
      if (operation.submitted != 0)
        submitting.ns.push_back(between(operation.initiated, operation.submitted));
      if (operation.started != 0 && operation.completed != 0) {
        const std::int64_t ns = between(operation.started, operation.completed);
        kind.ns.push_back(ns);
        if (ns > slowest_ns) {
          slowest = &operation;
          slowest_ns = ns;
        }
      }
      for (const CompletionRecord& each : model_.completions(operation)) {
        if (each.queued != 0 && each.dequeued != 0) {
          queued.ns.push_back(between(each.queued, each.dequeued));
        }
        if (found_.places != 0 && each.dequeued != 0 && each.entered != 0) {
          waiting.ns.push_back(between(each.dequeued, each.entered));
        }
      }
    }
    std::map<std::string, Samples> handlers;
    for (const HandlerRun& run : handler_runs(model_, model_.event_count())) {
      if (run.exited == 0) continue;
      const std::string name = text_of(model_.event(run.entered).label);
      handlers[name.empty() ? "without a name" : name].ns.push_back(
          between(run.entered, run.exited));
    }
    if (kinds.empty()) return "";
    QueryResult table;
    table.columns = {"In the system", "times", "p50", "p90", "p99", "longest", ""};
    const auto add = [&](const std::vector<Named>& groups, std::size_t most) {
      for (std::size_t i = 0; i < groups.size() && i < most; ++i) {
        table.rows.push_back(row_of("  " + groups[i].first, groups[i].second));
      }
      if (groups.size() > most) {
        table.rows.push_back(row_of("  and " + std::to_string(groups.size() - most) + " more", {}));
      }
    };
    add(worst_first(std::move(kinds)), kinds_told_max);
    table.rows.push_back(row_of("Until handed over", std::move(submitting)));
    table.rows.push_back(row_of("In the queue", std::move(queued)));
    if (found_.places != 0) {
      table.rows.push_back(row_of("Until a worker began", std::move(waiting)));
    }
    table.rows.push_back(row_of("In handlers", {}));
    add(worst_first(std::move(handlers)), handlers_told_max);
    std::string text = to_text(table);
    if (slowest != nullptr) {
      text += "Slowest: " + model_.name_of_operation(slowest->id) + ", " +
              format_duration(slowest_ns) + " in the system (until " + moment(slowest->completed) +
              ").\n";
    }
    return text;
  }

  std::string peaks() const {
    std::string text;
    if (found_.in_flight_max > 0) {
      text += "At most " + times(found_.in_flight_max, "operation") + " in flight at once (" +
              moment(found_.in_flight_at) + ")";
      if (found_.queued_max > 0) {
        text += ", at most " + times(found_.queued_max, "completion") + " in the queue (" +
                moment(found_.queued_at) + ")";
      }
      text += ".\n";
    }
    if (found_.overflows > 0) {
      text += "The completion queue overflowed: " + times(found_.overflows, "wait") +
              " found more completions than it could hand out.\n";
    }
    return text;
  }

  std::string workers() const {
    if (found_.places == 0 && found_.rejected == 0) return "";
    std::int64_t taken_ns = 0;
    std::int64_t waited_ns = 0;
    const auto turns = worker_turns(model_, model_.event_count());
    for (const WorkerTurn& turn : turns) {
      const std::uint32_t end = turn.released == 0 ? model_.event_count() : turn.released;
      taken_ns += between(turn.acquired, end);
      if (turn.dequeued != 0)
        waited_ns = std::max(waited_ns, between(turn.dequeued, turn.acquired));
    }
    std::string text = "Workers: " + times(turns.size(), "turn") + " on " +
                       times(found_.places, "place") + ", at most " +
                       std::to_string(found_.active_max) + " at once; taken for " +
                       format_duration(taken_ns) + " in all; longest wait for a place " +
                       format_duration(waited_ns);
    if (found_.rejected > 0) {
      text += "; " + times(found_.rejected, "job") + " turned away (EAGAIN)";
    }
    return text + ".\n";
  }

  std::string threads() const {
    const std::vector<ThreadTimes> all = thread_times(model_, model_.event_count());
    std::string text;
    for (std::size_t i = 0; i < all.size() && i < threads_told_max; ++i) {
      const ThreadTimes& thread = all[i];
      const auto spent = [&](ThreadActivity activity) {
        return thread.spent_ns[static_cast<std::size_t>(activity)];
      };
      text += "Thread " + std::to_string(thread.id);
      if (thread.label != no_string) text += " (" + text_of(thread.label) + ")";
      text += " ran for " + format_duration(spent(ThreadActivity::running)) + ", waited for " +
              format_duration(spent(ThreadActivity::blocked_io));
      if (spent(ThreadActivity::blocked_lock) > 0) {
        text += ", for locks " + format_duration(spent(ThreadActivity::blocked_lock));
      }
      if (spent(ThreadActivity::runnable) > 0) {
        text += ", for a core " + format_duration(spent(ThreadActivity::runnable));
      }
      text += ".\n";
    }
    if (all.size() > threads_told_max) {
      text += "And " + times(all.size() - threads_told_max, "thread") + " more.\n";
    }
    return text;
  }

  // --- The world, and what was recorded of it ------------------------------------------------

  std::string world() const {
    std::string text;
    std::vector<std::string> faults;
    for (const auto& [fault, often] : found_.faults) {
      faults.push_back(printable(fault) + ", " + times(often.first, "time") + " (first " +
                       moment(often.second) + ")");
    }
    if (!faults.empty()) text += "Faults injected: " + listed(faults) + ".\n";
    std::vector<std::string> choices;
    for (const auto& [question, often] : found_.choices) {
      const std::string_view words = words_of_question(question);
      choices.push_back(printable(words.empty() ? question : words) + ", " + times(often, "time"));
    }
    if (!choices.empty()) text += "Left to the system to choose: " + listed(choices, 2) + ".\n";
    return text;
  }

  std::string seen() const {
    std::string text;
    if (found_.lost > 0) {
      std::vector<std::string> reasons;
      for (const auto& [why, count] : found_.lost_why) {
        reasons.push_back(std::to_string(count) + " " +
                          (why.empty() ? "for no reason told" : printable(why)));
      }
      text += times(found_.lost, "event") + " lost or not matched, first before " +
              moment(found_.first_lost) + ": " + listed(reasons) + ".\n";
    }
    const SystemRow& system = system_named(trace_.header.system);
    if (system.is_simulated) {
      return text + "Nothing is hidden: the simulated system tells each of its steps.\n";
    }
    if (!system.hidden.empty()) {
      text += "What the recording could not see: " + std::string(system.hidden) + ".\n";
    }
    if (found_.inferred > 0) {
      text += times(found_.inferred, "event") +
              " inferred: each happened between its earliest_ns and its time_ns.\n";
    }
    return text;
  }

  const Model& model_;
  const Trace& trace_;
  RunFindings found_;
};

}  // namespace

std::string explain_run(const Model& model) {
  if (model.event_count() == 0) return "The trace has no events.\n";
  return RunExplanation(model).text();
}

}  // namespace proactor_lab
