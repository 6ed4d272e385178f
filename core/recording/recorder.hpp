// The interface for recording facts. A fact is a 40-byte value, stamped when it is recorded. Its
// meaning and what follows from it are derived when the trace is written
// (traces/recording/fact_expander.hpp). Each participant records only its own step.
//
// A participant holds `Recorder*`; null means that nothing is recorded and costs one branch. Each
// thread writes into a separate lane (fact_lane.hpp); readers merge the lanes by stamp. There is no
// shared counter: to order two threads, a hand-over carries its stamp, and the receiver takes a
// later stamp (`stamp_after`).
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string_view>

#include "core/recording/fact.hpp"
#include "core/recording/fact_clock.hpp"
#include "core/recording/fact_lane.hpp"
#include "core/values/time.hpp"

namespace proactor_lab {

/// One recorder per run; must outlive all participants that record.
class Recorder {
 public:
  /// With `virtual_now`, facts are stamped with that simulated clock and all threads share one real
  /// thread. Without it, stamps come from the machine's time-stamp counter, or its monotonic clock
  /// if the counter is unsuitable.
  explicit Recorder(const Instant* virtual_now = nullptr)
      : clock_(virtual_now != nullptr       ? Clock::virtual_time
               : FactClock::reads_counter() ? Clock::counter
                                            : Clock::system),
        virtual_now_(virtual_now) {}
  virtual ~Recorder() = default;
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  /// Loop thread only, and code that runs on it: the system, the simulated world. Returns the
  /// number of facts that the loop thread has recorded so far.
  [[gnu::always_inline]] FactIndex record(const Fact& fact) {
    std::int64_t now = 0;
    if (!stamp_quickly(now) || !loop_lane_.has_room()) [[unlikely]] {
      const Fact kept = fact;  // a copy, so that on the fast path `fact` is stored only in the lane
      return record_with_care(kept);
    }
    return loop_lane_.append_in_room(stamped(now, fact));
  }
  /// Records two facts with the same stamp. Loop thread.
  void record(const Fact& first, const Fact& second);
  /// True if both facts fit the fast path; `record_quickly` then does the same as `record` without
  /// calling a function, so the caller's fast path saves no registers.
  bool records_two_quickly() const {
    return clock_ != Clock::system && loop_lane_.has_room_for_two();
  }
  [[gnu::always_inline]] void record_quickly(const Fact& first, const Fact& second) {
    const std::int64_t now = clock_ == Clock::counter ? FactClock::counter() : to_ns(*virtual_now_);
    loop_lane_.append_in_room(stamped(now, first), stamped(now, second));
  }

  /// Records several facts with the same stamp and publishes them together when it is destroyed.
  /// Nothing else may be recorded meanwhile. Loop thread.
  class Batch {
   public:
    explicit Batch(Recorder& recorder) : now_(recorder.stamp()), batch_(recorder.loop_lane_) {}
    [[gnu::always_inline]] void record(const Fact& fact) { batch_.append(stamped(now_, fact)); }

   private:
    const std::int64_t now_;
    FactLane::Batch batch_;
  };

  /// From a worker's thread, or any other: sets `thread`. The first call of a thread that was not
  /// adopted allocates its lane.
  void record_elsewhere(Fact fact);

  /// Gives the calling thread a lane and a number, in the order of the calls; the loop thread has
  /// number 1. `label` must outlive the run. Returns the number.
  std::uint16_t adopt_this_thread(const char* label);

  /// Number of facts that the loop thread has recorded so far.
  FactIndex recorded() const { return loop_lane_.count(); }

  /// The current stamp. Stamps of one run can be compared, whichever thread took them.
  std::int64_t stamp() const {
    return virtual_now_ != nullptr ? to_ns(*virtual_now_) : FactClock::read();
  }

  /// If the clocks of two processors differ by a few ticks, waits until this one is past
  /// `handed_over`, so that an effect never has an earlier stamp than its cause.
  void stamp_after(std::int64_t handed_over) const {
    if (virtual_now_ != nullptr) return;  // one real thread: the order of recording suffices
    while (FactClock::read() <= handed_over) {
    }
  }

  /// For simulated workers, whose handlers run on the one real thread: until
  /// `leave_simulated_thread`, facts from `record_elsewhere` belong to `thread`, and every fact is
  /// stamped from `now`.
  void enter_simulated_thread(std::uint16_t thread, const Instant* now);
  void leave_simulated_thread();

  /// Keeps a copy of `text` for the run. Allocates: for set-up, not for the loop.
  virtual const char* keep(std::string_view text) = 0;

  static std::int64_t monotonic_ns() { return FactClock::monotonic_ns(); }

 protected:
  /// Resets the recorder of a simulated run for another run; keeps its memory.
  void forget(const Instant* virtual_now) {
    virtual_now_ = virtual_now;
    loop_lane_.forget();
    last_thread_ = loop_thread_number;
  }

  bool is_virtual() const { return virtual_now_ != nullptr; }

  FactLane& loop_lane() { return loop_lane_; }
  const FactLane& loop_lane() const { return loop_lane_; }
  /// The other threads' lanes; a lane never moves. Any thread.
  std::size_t other_lane_count() const;
  FactLane& other_lane(std::size_t index);

 private:
  enum class Clock : std::uint8_t { counter, virtual_time, system };
  /// False if the system clock must be read.
  [[gnu::always_inline]] bool stamp_quickly(std::int64_t& now) const {
    if (clock_ == Clock::counter) {
      now = FactClock::counter();
    } else if (clock_ == Clock::virtual_time) {
      now = to_ns(*virtual_now_);
    } else {
      return false;
    }
    return true;
  }
  [[gnu::cold]] FactIndex record_with_care(const Fact& fact);
  [[gnu::always_inline]] static Fact stamped(std::int64_t stamp, const Fact& fact) {
    Fact result = fact;
    result.time_ns = stamp;
    return result;
  }

  const Clock clock_;
  const Instant* virtual_now_;
  const Instant* world_now_ = nullptr;  // while in a simulated thread: the clock to restore
  FactLane loop_lane_;
  mutable std::mutex other_lanes_mutex_;
  std::deque<FactLane> other_lanes_;
  std::uint16_t last_thread_ = loop_thread_number;
  const std::uint64_t serial_ = next_serial();  // unlike an address, never reused

  static std::uint64_t next_serial();
  void recall_this_thread();
};

}  // namespace proactor_lab
