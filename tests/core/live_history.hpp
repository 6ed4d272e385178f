// Random histories of a live back end: operations of every verb on every kind of handle, valid and
// invalid, with all flags and links, while the other ends of its handles act. The history owns all
// lent buffers, so that a test can see whether the kernel still writes into them.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "core/live/live_backend.hpp"
#include "core/values/buffer_group.hpp"
#include "tests/core/watchdog.hpp"

namespace proactor_lab::testing {

/// A live back end, and how it is set up.
struct LiveMode {
  const char* name;
  bool io_uring = true;
  bool defers_work = true;
  unsigned submission_entries = 1024;
  unsigned completion_entries = 4096;
};
const std::vector<LiveMode>& live_modes();
std::unique_ptr<LiveBackend> open(const LiveMode& mode);

class LiveHistory {
 public:
  /// Throws std::system_error if the kernel refuses the back end.
  LiveHistory(const LiveMode& mode, std::uint64_t seed, Watchdog& watchdog);
  ~LiveHistory();
  LiveHistory(const LiveHistory&) = delete;
  LiveHistory& operator=(const LiveHistory&) = delete;

  /// Makes this many random steps.
  void run(int steps);

  void release_all();
  /// Destroys the back end and keeps the lent buffers.
  void destroy_back_end();
  /// Sends what pending receives wait for, and empties what is full.
  void world_acts_on_everything();
  /// Writes a pattern over all lent buffers.
  void overwrite_lent();
  /// Number of lent bytes that differ from the pattern.
  std::size_t changed_bytes() const;
  /// Checks that a new operation completes and that `wake` ends a wait. Returns what failed; empty
  /// if nothing did.
  std::string use_once_more();

  /// Waits that returned early without a completion or a wake, and completions of operations that
  /// were already over.
  int idle_returns() const { return idle_returns_; }
  int stray_completions() const { return stray_completions_; }

 private:
  struct Asked {
    AsyncOperation operation;
    std::vector<std::byte> buffer;
    Endpoint sender;
    bool over = false;
  };

  std::uint32_t below(std::uint32_t n) { return static_cast<std::uint32_t>(random_() % n); }
  bool one_in(std::uint32_t n) { return below(n) == 0; }
  void open_handles();
  Handle any_handle();
  OperationRequest any_request(Asked& asked);
  void start_one(bool may_link);
  void start_batch();
  void wait_until(Instant deadline);
  void wait_for_wake();
  bool may_be_woken() { return wakes_ > 0 && wakes_-- > 0; }
  void take_completions();
  void world_acts();

  std::mt19937_64 random_;
  Watchdog& watchdog_;
  std::unique_ptr<LiveBackend> os_;
  CompletionEventQueue queue_;
  std::deque<Asked> asked_;
  std::deque<BufferGroup> groups_;
  std::vector<Handle> handles_;
  std::vector<int> ours_;  // of these, the back end does not know that they are open
  std::vector<int>
      others_;  // the other ends, and duplicates: still open after the back end is destroyed
  Endpoint listener_;
  std::uint32_t last_id_ = 0;
  int wakes_ = 0;  // wakes that may not have ended a wait yet
  int idle_returns_ = 0;
  int stray_completions_ = 0;
};

}  // namespace proactor_lab::testing
