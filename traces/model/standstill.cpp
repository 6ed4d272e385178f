#include "traces/model/standstill.hpp"

#include <algorithm>

#include "traces/format/event_fields.hpp"
#include "traces/model/model.hpp"

namespace proactor_lab {
namespace {

constexpr std::uint64_t livelock_events_min = 1000;
constexpr std::size_t threads_told_max = 8;

}  // namespace

void StandstillWatch::add(const Event& event) {
  next_.add(event);
  ++seen_;
  // The event that ends the run is not part of it.
  if (event.kind == EventKind::run_finished || event.kind == EventKind::events_lost) return;
  watch_locks(event);
  watch_progress(event);
}

void StandstillWatch::watch_locks(const Event& event) {
  switch (event.kind) {
    case EventKind::thread_started:
      labels_[event.thread] = event.label;
      ++bearers_[event.label];
      break;
    case EventKind::lock_requested:
      wanted_[event.thread] = event.label;
      break;
    case EventKind::lock_acquired:
      wanted_.erase(event.thread);
      holders_[event.label] = event.thread;
      break;
    case EventKind::lock_released:
      holders_.erase(event.label);
      break;
    case EventKind::thread_exited:
      ended_.insert(event.thread);
      wanted_.erase(event.thread);
      break;
    default:
      break;
  }
}

void StandstillWatch::watch_progress(const Event& event) {
  ++count_;
  last_ns_ = event.time_ns;
  if (event.kind == EventKind::bytes_moved || event.kind == EventKind::client_sent ||
      event.kind == EventKind::client_received) {
    progress_ = count_;
    progress_ns_ = event.time_ns;
    ++bytes_moved_;
    return;
  }
  if (event.thread == 0) return;
  if (event.thread >= doing_.size()) doing_.resize(event.thread + std::size_t{1});
  Doing& doing = doing_[event.thread];
  if (doing.bytes_moved != bytes_moved_) doing = {.bytes_moved = bytes_moved_};
  if (event.kind == EventKind::thread_exited) {
    doing = {};
  } else if (is_done_by_thread(event)) {
    doing.told = true;
    doing.last = event.kind;
    doing.what = event.opcode != no_string ? event.opcode : event.label;
  }
}

/// False for events that happen to the thread: being scheduled, or sleeping between two attempts.
bool StandstillWatch::is_done_by_thread(const Event& event) const {
  switch (event.kind) {
    case EventKind::thread_blocked:
    case EventKind::thread_woken:
    case EventKind::thread_switched:
      return false;
    case EventKind::syscall_entered:
    case EventKind::syscall_returned:
      return strings_.text(event.opcode) != "sleep";
    default:
      return true;
  }
}

/// Its label, followed by the number if several threads share the label.
std::string StandstillWatch::name_of_thread(std::uint16_t thread) const {
  const auto label = labels_.find(thread);
  const std::string number = "thread " + std::to_string(thread);
  if (label == labels_.end() || label->second == no_string) return number;
  const std::string name(strings_.text(label->second));
  return bearers_.at(label->second) == 1 ? name : name + " (" + number + ")";
}

/// Follows the wait-for chain from `first` up to a thread that is already in the chain or has
/// ended. Empty if a thread in the chain can still continue.
std::vector<std::uint16_t> StandstillWatch::chain_from(std::uint16_t first) const {
  std::vector<std::uint16_t> chain{first};
  while (true) {
    const auto wanted = wanted_.find(chain.back());
    if (wanted == wanted_.end()) return {};
    const auto holder = holders_.find(wanted->second);
    if (holder == holders_.end()) return {};  // free: the waiter is about to acquire it
    const bool closed = std::find(chain.begin(), chain.end(), holder->second) != chain.end();
    chain.push_back(holder->second);
    if (closed || ended_.contains(holder->second)) return chain;
  }
}

std::string StandstillWatch::deadlock() const {
  std::vector<std::uint16_t> chain;
  std::size_t stuck = 0;
  for (const auto& [thread, lock] : wanted_) {
    std::vector<std::uint16_t> found = chain_from(thread);
    if (found.empty()) continue;
    ++stuck;
    // Prefer a chain that is a full cycle to one that only leads into a cycle.
    const bool whole = found.front() == found.back();
    if (chain.empty() || (whole && chain.front() != chain.back())) chain = std::move(found);
  }
  if (chain.empty()) return "";
  std::string sentence = "deadlock: " + name_of_thread(chain[0]);
  for (std::size_t i = 0; i + 1 < chain.size(); ++i) {
    if (i > 0) sentence += ", which";
    sentence += " waits for lock " + std::string(strings_.text(wanted_.at(chain[i]))) +
                ", held by " + name_of_thread(chain[i + 1]);
  }
  if (ended_.contains(chain.back())) sentence += ", which has ended";
  const std::size_t told = chain.size() - 1;
  if (stuck > told) sentence += "; " + std::to_string(stuck - told) + " more wait behind them";
  return sentence;
}

std::string StandstillWatch::livelock() const {
  const std::uint64_t idle = count_ - progress_;
  if (idle < livelock_events_min || idle * 2 < count_) return "";
  std::string sentence = "livelock: in the last " + std::to_string(idle) + " events, " +
                         format_duration(last_ns_ - progress_ns_) + ", no byte moved";
  bool busy = false;
  std::size_t told = 0;
  for (std::size_t thread = 0; thread < doing_.size(); ++thread) {
    const Doing& doing = doing_[thread];
    if (doing.bytes_moved != bytes_moved_) continue;
    busy = true;
    if (!doing.told || ++told > threads_told_max) continue;
    sentence += "; " + name_of_thread(static_cast<std::uint16_t>(thread)) +
                " did last: " + std::string(name_of(doing.last));
    if (doing.what != no_string) sentence += " " + std::string(strings_.text(doing.what));
  }
  return busy ? sentence : "";
}

}  // namespace proactor_lab
