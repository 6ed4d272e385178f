#include "traces/query/query_rows.hpp"

#include <algorithm>
#include <map>
#include <unordered_map>
#include <utility>

namespace proactor_lab {
/// In the order of their first moments.
std::vector<CompletionRow> completion_rows(const Model& model, std::uint32_t last) {
  std::vector<CompletionRow> rows;
  for (const OperationRecord& operation : model.operations()) {
    if (operation.first > last) break;  // in order of appearance
    for (const CompletionRecord& each : model.completions_between(operation, 0, last)) {
      rows.push_back({each, operation.id});
    }
  }
  std::sort(rows.begin(), rows.end(), [](const CompletionRow& a, const CompletionRow& b) {
    return a.first_moment() < b.first_moment();
  });
  return rows;
}

/// Built from the events, because the handler of a multishot operation runs many times.
std::vector<HandlerRun> handler_runs(const Model& model, std::uint32_t last) {
  std::vector<HandlerRun> runs;
  std::map<std::uint16_t, std::vector<std::size_t>> open;     // by thread; handlers may nest
  std::unordered_map<std::uint32_t, std::uint32_t> dequeued;  // latest per operation
  for (std::uint32_t seq = 1; seq <= last; ++seq) {
    const Event& event = model.event(seq);
    if (event.kind == EventKind::completion_dequeued) {
      dequeued[event.operation] = seq;
    } else if (event.kind == EventKind::handler_entered) {
      open[event.thread].push_back(runs.size());
      const auto found = dequeued.find(event.operation);
      runs.push_back({.dequeued = found == dequeued.end() ? 0 : found->second, .entered = seq});
    } else if (event.kind == EventKind::handler_exited && !open[event.thread].empty()) {
      runs[open[event.thread].back()].exited = seq;
      open[event.thread].pop_back();
    }
  }
  return runs;
}

std::vector<BufferLoan> buffer_loans(const Model& model, std::uint32_t last) {
  std::vector<BufferLoan> loans;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::size_t> open;  // (buffer, operation)
  for (std::uint32_t seq = 1; seq <= last; ++seq) {
    const Event& event = model.event(seq);
    const std::pair key{event.buffer, event.operation};
    if (event.kind == EventKind::buffer_lent) {
      open[key] = loans.size();
      loans.push_back({.lent = seq});
    } else if (event.kind == EventKind::buffer_returned) {
      if (const auto found = open.find(key); found != open.end()) {
        loans[found->second].returned = seq;
        open.erase(found);
      }
    }
  }
  return loans;
}

std::vector<WorkerTurn> worker_turns(const Model& model, std::uint32_t last) {
  std::vector<WorkerTurn> turns;
  std::map<StringId, std::size_t> open;                       // by the worker's name
  std::unordered_map<std::uint32_t, std::uint32_t> dequeued;  // latest per operation
  for (std::uint32_t seq = 1; seq <= last; ++seq) {
    const Event& event = model.event(seq);
    const auto turn = open.find(event.label);
    switch (event.kind) {
      case EventKind::completion_dequeued:
        dequeued[event.operation] = seq;
        break;
      case EventKind::worker_acquired: {
        const auto found = dequeued.find(event.operation);
        open[event.label] = turns.size();
        turns.push_back({.dequeued = found == dequeued.end() ? 0 : found->second, .acquired = seq});
        break;
      }
      case EventKind::worker_busy:
        if (turn != open.end()) turns[turn->second].busy = seq;
        break;
      case EventKind::worker_released:
        if (turn != open.end()) {
          turns[turn->second].released = seq;
          open.erase(turn);
        }
        break;
      default:
        break;
    }
  }
  return turns;
}

std::vector<ChoiceMade> choices_made(const Model& model, std::uint32_t last) {
  std::vector<ChoiceMade> choices;
  std::size_t unanswered = 0;  // index of the first choice without `followed`
  for (std::uint32_t seq = 1; seq <= last; ++seq) {
    if (model.event(seq).kind == EventKind::choice_made) {
      choices.push_back({.asked = seq});
      continue;
    }
    for (; unanswered < choices.size(); ++unanswered) choices[unanswered].followed = seq;
  }
  return choices;
}

std::vector<ThreadTimes> thread_times(const Model& model, std::uint32_t last) {
  std::vector<ThreadTimes> threads;
  if (last == 0) return threads;
  const std::int64_t last_ns = model.event(last).time_ns;
  for (const ThreadRecord& thread : model.threads()) {
    ThreadTimes times;
    bool seen = false;
    for (const ThreadSpan& span : thread.spans) {
      if (span.from_seq > last) break;
      if (span.activity == ThreadActivity::none) {
        if (model.event(span.from_seq).kind == EventKind::thread_exited) {
          times.exited = span.from_seq;
        }
        continue;
      }
      if (!seen) times.started_ns = span.from_ns;
      seen = true;
      const std::int64_t to_ns = span.to_seq > last ? std::min(span.to_ns, last_ns) : span.to_ns;
      times.spent_ns[static_cast<std::size_t>(span.activity)] +=
          std::max<std::int64_t>(0, to_ns - span.from_ns);
    }
    if (!seen) continue;
    times.id = thread.id;
    times.label = thread.label;
    threads.push_back(times);
  }
  return threads;
}

}  // namespace proactor_lab
