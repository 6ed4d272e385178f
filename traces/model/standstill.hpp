// Why a run got nowhere: who waits for whom in a deadlock, who did what in a livelock.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "traces/format/event_sink.hpp"
#include "traces/format/trace.hpp"

namespace proactor_lab {

/// Sees a run's events go by on their way to `next`, and says at their end whether they led
/// anywhere. It keeps a little for each thread and lock, nothing for an event.
class StandstillWatch final : public EventSink {
 public:
  /// `strings` knows every string of the events that come. Both must outlive the watch.
  StandstillWatch(const StringPool& strings, EventSink& next) : strings_(strings), next_(next) {}

  void add(const Event& event) override;
  std::uint64_t seen() const { return seen_; }

  /// "deadlock: A waits for lock 1, held by B, which waits for lock 2, held by A": threads that
  /// wait at the run's end for locks that nobody can give back any more. Empty where there are
  /// none: who waits for input, or behind a lock whose holder does, may still go on.
  std::string deadlock() const;

  /// "livelock: in the last 4000 events, 800 ms, no byte moved; ...": for a run that a limit ended
  /// although its threads were busy to the end. Empty where bytes still moved.
  std::string livelock() const;

 private:
  /// What a thread did since the last byte moved.
  struct Doing {
    std::uint64_t bytes_moved = 0;  // how often until then; 0: nothing at all
    bool told = false;              // what follows says something
    EventKind last = EventKind::note;
    StringId what = no_string;  // it was about
  };

  void watch_locks(const Event& event);
  void watch_progress(const Event& event);
  bool is_done_by_thread(const Event& event) const;
  std::vector<std::uint16_t> chain_from(std::uint16_t first) const;
  std::string name_of_thread(std::uint16_t thread) const;

  const StringPool& strings_;
  EventSink& next_;
  // What threads are called.
  std::map<std::uint16_t, StringId> labels_;
  std::map<StringId, int> bearers_;  // of a label
  // Who holds which lock, and who waits for which.
  std::map<std::uint16_t, StringId> wanted_;
  std::map<StringId, std::uint16_t> holders_;
  std::set<std::uint16_t> ended_;
  std::uint64_t seen_ = 0;
  // What happened since a byte moved last.
  std::uint64_t count_ = 0;
  std::uint64_t progress_ = 0;     // the count then
  std::uint64_t bytes_moved_ = 1;  // how often, and one
  std::int64_t progress_ns_ = 0;
  std::int64_t last_ns_ = 0;
  std::vector<Doing> doing_;  // by thread
};

}  // namespace proactor_lab
