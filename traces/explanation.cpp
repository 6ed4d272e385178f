#include "traces/explanation.hpp"

#include <algorithm>
#include <map>
#include <vector>

#include "traces/event_fields.hpp"
#include "traces/rules.hpp"

namespace proactor_lab {
namespace {

constexpr std::size_t lines_max = 40;

std::string times(std::size_t count, const std::string& what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

/// How the operations of one kind went.
struct Group {
  std::vector<std::int64_t> in_system_ns;  // from start to completion
  std::size_t failed = 0;
  std::size_t unfinished = 0;
};

std::map<std::string, Group> by_opcode(const Model& model) {
  std::map<std::string, Group> groups;
  for (const OperationRecord& operation : model.operations()) {
    if (operation.id == 0 || operation.initiated == 0) continue;
    Group& group = groups[std::string(model.trace().text(operation.opcode))];
    if (operation.completed == 0) {
      ++group.unfinished;
      continue;
    }
    if (operation.result < 0) ++group.failed;
    if (operation.started != 0) {
      group.in_system_ns.push_back(model.event(operation.completed).time_ns -
                                   model.event(operation.started).time_ns);
    }
  }
  return groups;
}

std::string describe(const std::string& opcode, Group& group) {
  std::sort(group.in_system_ns.begin(), group.in_system_ns.end());
  const std::size_t completed = group.in_system_ns.size();
  std::string line = "  " + opcode + ": " + times(completed, "completion");
  if (completed > 0) {
    line += ", in the system " + format_duration(group.in_system_ns[(completed - 1) / 2]) +
            " (median), " + format_duration(group.in_system_ns.back()) + " (longest)";
  }
  if (group.failed > 0) line += ", " + std::to_string(group.failed) + " with an error";
  if (group.unfinished > 0) line += ", " + std::to_string(group.unfinished) + " still under way";
  return line + "\n";
}

std::string waiting(const Model& model) {
  std::string lines;
  std::size_t shown = 0;
  for (const ThreadRecord& thread : model.threads()) {
    std::int64_t waited = 0;
    std::int64_t lived = 0;
    for (const ThreadSpan& span : thread.spans) {
      if (span.activity == ThreadActivity::none) continue;
      lived += span.to_ns - span.from_ns;
      if (span.activity != ThreadActivity::running) waited += span.to_ns - span.from_ns;
    }
    if (thread.spans.empty()) continue;
    if (++shown > 8) continue;
    lines += "  thread " + std::to_string(thread.id) + " (" +
             std::string(model.trace().text(thread.label)) + ") waited " + format_duration(waited) +
             " of " + format_duration(lived) + "\n";
  }
  if (shown > 8) lines += "  and " + std::to_string(shown - 8) + " more threads\n";
  return lines;
}

/// What is not in the trace, and why: a line a reason.
std::string lost(const Trace& trace) {
  std::map<std::string, std::int64_t> counts;
  for (const Event& event : trace.events) {
    if (event.kind != EventKind::events_lost) continue;
    counts[std::string(trace.text(event.text))] += event.value;
  }
  std::string lines;
  std::size_t shown = 0;
  for (const auto& [why, count] : counts) {
    if (++shown <= 8) lines += "  " + std::to_string(count) + ": " + why + "\n";
  }
  if (shown > 8) lines += "  and for " + times(shown - 8, "more reason") + "\n";
  return lines.empty() ? lines : "Lost, or not matched:\n" + lines;
}

}  // namespace

std::string explain_run(const Model& model) {
  const Trace& trace = model.trace();
  std::string text = trace.header.program + " on " + trace.header.system;
  if (trace.header.system == "sim") text += ", seed " + std::to_string(trace.header.seed);
  text += ": " + times(trace.events.size(), "event") + " in " +
          format_duration(model.end_ns() - model.start_ns()) + ".\n";

  std::size_t streams = 0;
  for (const HandleRecord& handle : model.handles()) {
    if (handle.id != 0 && handle.opened != 0 && !handle.listener) ++streams;
  }
  text += times(streams, "connection") + ".\n";
  auto groups = by_opcode(model);
  if (!groups.empty()) text += "Operations:\n";
  std::size_t shown = 0;
  for (auto& [opcode, group] : groups) {
    if (++shown <= 12) text += describe(opcode, group);
  }
  const std::string waits = waiting(model);
  if (!waits.empty()) text += "Threads:\n" + waits;

  std::uint32_t deepest = 0;
  std::size_t inferred = 0;
  for (const Event& event : trace.events) {
    if (event.certainty == Certainty::inferred) ++inferred;
    if (event.kind == EventKind::completion_queued) {
      deepest = std::max(deepest, static_cast<std::uint32_t>(std::max<std::int64_t>(
                                      0, std::min<std::int64_t>(event.value, UINT32_MAX))));
    }
  }
  if (deepest > 0) {
    text += "At most " + times(deepest, "completion") + " waited in the queue at once.\n";
  }
  if (inferred > 0) {
    text += "What the recording could not see: " + times(inferred, "event") +
            " of the system's own are inferred.\n";
  }
  text += lost(trace);
  if (trace.truncated) text += "The file ends early: the run was cut off.\n";
  const std::size_t violations = check_rules(trace).size();
  text += violations == 0 ? "All rules of the pattern are kept.\n"
                          : times(violations, "violation") + " of the rules; see plab check.\n";
  return text;
}

std::string explain_event(const Model& model, std::uint32_t seq) {
  const auto line = [&](std::uint32_t at, const char* lead) {
    const Event& event = model.event(at);
    return std::string(lead) + "#" + std::to_string(at) + " at " + format_duration(event.time_ns) +
           "  " + model.sentence(at) +
           (event.certainty == Certainty::inferred ? " (inferred)" : "") + "\n";
  };
  const std::vector<std::uint32_t> chain = model.chain_of_causes(seq);
  std::string text;
  // The first in the chain is the event itself. Where it is long, the middle is left out.
  const std::size_t count = chain.size();
  for (std::size_t i = 0; i < count; ++i) {
    if (count > lines_max && i == lines_max / 2) {
      const std::size_t skipped = count - (lines_max - 1);
      text += "  ... " + times(skipped, "cause") + " left out ...\n";
      i += skipped;
    }
    text += line(chain[i], i == 0 ? "" : "  because ");
  }
  return text;
}

}  // namespace proactor_lab
