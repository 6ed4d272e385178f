// Why a run made no progress: which threads wait for each other in a deadlock, and what the threads
// did in a livelock.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "traces/format/event_sink.hpp"
#include "traces/format/trace.hpp"

namespace proactor_lab {

/// Passes a run's events on to `next` and reports at the end whether the run made progress. Its
/// memory grows with the number of threads and locks, not with the number of events.
class StandstillWatch final : public EventSink {
 public:
  /// `strings` must contain every string of the events. Both must outlive the watch.
  StandstillWatch(const StringPool& strings, EventSink& next) : strings_(strings), next_(next) {}

  void add(const Event& event) override;
  std::uint64_t seen() const { return seen_; }

  /// "deadlock: A waits for lock 1, held by B, which waits for lock 2, held by A": threads that
  /// wait at the end of the run for locks that can never be released. Empty if there are none. A
  /// thread that waits for input, or for a lock whose holder waits for input, may still continue
  /// and does not count.
  std::string deadlock() const;

  /// "livelock: in the last 4000 events, 800 ms, no byte moved; ...": for a run that was stopped by
  /// a limit although its threads were busy until the end. Empty if bytes still moved.
  std::string livelock() const;

 private:
  /// What a thread has done since bytes last moved.
  struct Doing {
    std::uint64_t bytes_moved = 0;  // `bytes_moved_` at its last action; 0: no action
    bool told = false;              // `last` and `what` are set
    EventKind last = EventKind::note;
    StringId what = no_string;  // opcode or label of `last`
  };

  void watch_locks(const Event& event);
  void watch_progress(const Event& event);
  bool is_done_by_thread(const Event& event) const;
  std::vector<std::uint16_t> chain_from(std::uint16_t first) const;
  std::string name_of_thread(std::uint16_t thread) const;

  const StringPool& strings_;
  EventSink& next_;
  // Names of threads.
  std::map<std::uint16_t, StringId> labels_;
  std::map<StringId, int> bearers_;  // number of threads with each label
  // Which thread holds each lock, and which lock each thread waits for.
  std::map<std::uint16_t, StringId> wanted_;
  std::map<StringId, std::uint16_t> holders_;
  std::set<std::uint16_t> ended_;
  std::uint64_t seen_ = 0;
  // Progress since bytes last moved.
  std::uint64_t count_ = 0;
  std::uint64_t progress_ = 0;     // `count_` when bytes last moved
  std::uint64_t bytes_moved_ = 1;  // 1 + number of times bytes moved
  std::int64_t progress_ns_ = 0;
  std::int64_t last_ns_ = 0;
  std::vector<Doing> doing_;  // by thread
};

}  // namespace proactor_lab
