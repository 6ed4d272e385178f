#include "traces/standstill.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "traces/event_fields.hpp"
#include "traces/model.hpp"

namespace proactor_lab {
namespace {

constexpr std::size_t livelock_events_min = 1000;
constexpr std::size_t threads_told_max = 8;

/// What threads are called: their labels, with a number where two have the same.
class ThreadNames {
 public:
  explicit ThreadNames(const Trace& trace) : trace_(trace) {
    for (const Event& event : trace.events) {
      if (event.kind != EventKind::thread_started) continue;
      labels_[event.thread] = event.label;
      ++bearers_[event.label];
    }
  }

  std::string of(std::uint16_t thread) const {
    const auto label = labels_.find(thread);
    const std::string number = "thread " + std::to_string(thread);
    if (label == labels_.end() || label->second == no_string) return number;
    const std::string name(trace_.text(label->second));
    return bearers_.at(label->second) == 1 ? name : name + " (" + number + ")";
  }

 private:
  const Trace& trace_;
  std::map<std::uint16_t, StringId> labels_;
  std::map<StringId, int> bearers_;
};

/// Who holds which lock, and who waits for which, at the trace's end.
struct LocksAtEnd {
  explicit LocksAtEnd(const Trace& trace) {
    for (const Event& event : trace.events) {
      switch (event.kind) {
        case EventKind::lock_requested:
          wanted[event.thread] = event.label;
          break;
        case EventKind::lock_acquired:
          wanted.erase(event.thread);
          holders[event.label] = event.thread;
          break;
        case EventKind::lock_released:
          holders.erase(event.label);
          break;
        case EventKind::thread_exited:
          ended.insert(event.thread);
          wanted.erase(event.thread);
          break;
        default:
          break;
      }
    }
  }

  std::map<std::uint16_t, StringId> wanted;
  std::map<StringId, std::uint16_t> holders;
  std::set<std::uint16_t> ended;
};

/// From `first` along who waits for whom, up to the thread that is there already or has ended;
/// empty where somebody on the way can still go on. `knot` is where the circle closes.
std::vector<std::uint16_t> chain_from(const LocksAtEnd& locks, std::uint16_t first) {
  std::vector<std::uint16_t> chain{first};
  while (true) {
    const auto wanted = locks.wanted.find(chain.back());
    if (wanted == locks.wanted.end()) return {};
    const auto holder = locks.holders.find(wanted->second);
    if (holder == locks.holders.end()) return {};  // free: it is about to have it
    const bool closed = std::find(chain.begin(), chain.end(), holder->second) != chain.end();
    chain.push_back(holder->second);
    if (closed || locks.ended.contains(holder->second)) return chain;
  }
}

/// And not to it: being scheduled, or sleeping between two attempts.
bool is_done_by_it(const Trace& trace, const Event& event) {
  switch (event.kind) {
    case EventKind::thread_blocked:
    case EventKind::thread_woken:
    case EventKind::thread_switched:
      return false;
    case EventKind::syscall_entered:
    case EventKind::syscall_returned:
      return trace.text(event.opcode) != "sleep";
    default:
      return true;
  }
}

}  // namespace

std::string deadlock_in(const Trace& trace) {
  const LocksAtEnd locks(trace);
  std::vector<std::uint16_t> chain;
  std::size_t stuck = 0;
  for (const auto& [thread, lock] : locks.wanted) {
    std::vector<std::uint16_t> found = chain_from(locks, thread);
    if (found.empty()) continue;
    ++stuck;
    // The circle itself tells most, not who waits behind it.
    const bool whole = found.front() == found.back();
    if (chain.empty() || (whole && chain.front() != chain.back())) chain = std::move(found);
  }
  if (chain.empty()) return "";
  const ThreadNames names(trace);
  std::string sentence = "deadlock: " + names.of(chain[0]);
  for (std::size_t i = 0; i + 1 < chain.size(); ++i) {
    if (i > 0) sentence += ", which";
    sentence += " waits for lock " + std::string(trace.text(locks.wanted.at(chain[i]))) +
                ", held by " + names.of(chain[i + 1]);
  }
  if (locks.ended.contains(chain.back())) sentence += ", which has ended";
  const std::size_t told = chain.size() - 1;
  if (stuck > told) sentence += "; " + std::to_string(stuck - told) + " more wait behind them";
  return sentence;
}

std::string livelock_in(const Trace& trace) {
  std::size_t progress = 0;  // events up to the last that moved something
  std::size_t count = trace.events.size();
  while (count > 0 && (trace.events[count - 1].kind == EventKind::run_finished ||
                       trace.events[count - 1].kind == EventKind::events_lost)) {
    --count;
  }
  for (std::size_t i = 0; i < count; ++i) {
    const EventKind kind = trace.events[i].kind;
    if (kind == EventKind::bytes_moved || kind == EventKind::client_sent ||
        kind == EventKind::client_received) {
      progress = i + 1;
    }
  }
  const std::size_t idle = count - progress;
  if (idle < livelock_events_min || idle * 2 < count) return "";
  struct Doing {
    std::size_t events = 0;
    const Event* last = nullptr;
  };
  std::map<std::uint16_t, Doing> threads;
  for (std::size_t i = progress; i < count; ++i) {
    const Event& event = trace.events[i];
    if (event.thread == 0) continue;
    Doing& doing = threads[event.thread];
    ++doing.events;
    if (event.kind == EventKind::thread_exited) {
      threads.erase(event.thread);
    } else if (is_done_by_it(trace, event)) {
      doing.last = &event;
    }
  }
  if (threads.empty()) return "";
  const std::int64_t since =
      trace.events[count - 1].time_ns - (progress == 0 ? 0 : trace.events[progress - 1].time_ns);
  std::string sentence = "livelock: in the last " + std::to_string(idle) + " events, " +
                         format_duration(since) + ", no byte moved";
  const ThreadNames names(trace);
  std::size_t told = 0;
  for (const auto& [thread, doing] : threads) {
    if (doing.last == nullptr || ++told > threads_told_max) continue;
    sentence += "; " + names.of(thread) + " did last: " + std::string(name_of(doing.last->kind));
    const StringId what = doing.last->opcode != no_string ? doing.last->opcode : doing.last->label;
    if (what != no_string) sentence += " " + std::string(trace.text(what));
  }
  return sentence;
}

}  // namespace proactor_lab
