// The threads of an Asio program. Its log names no threads, so they are inferred: handlers that run
// at the same time run on different threads. Handlers are assigned to as few threads as could have
// run them. The exception is a strand's handler, which runs inside another handler.
#pragma once

#include <cstdint>
#include <vector>

#include "traces/import/imported_events.hpp"

namespace proactor_lab {

class AsioThreads {
 public:
  struct Thread {
    std::vector<std::uint64_t> handlers;  ///< entered and not returned, the innermost last
    std::uint32_t last_event = 0;         ///< cause of the next event outside handlers
    std::int64_t last_ns = 0;             ///< time of its last line
    std::uint64_t last_line = 0;
    bool waits = false;       ///< for completions
    bool is_loop = true;      ///< runs handlers
    bool takes_next = false;  ///< runs a strand's job: the strand's next handler runs inside it
  };

  explicit AsioThreads(ImportedEvents& events);

  /// Number 0 denotes all threads beyond the limit.
  Thread& thread(std::uint16_t number) { return threads_[number]; }
  std::uint16_t count() const { return static_cast<std::uint16_t>(threads_.size() - 1); }

  /// The thread that acts outside handlers: one that does not wait. Adds a thread if there is none.
  std::uint16_t outside(std::int64_t now_ns);
  /// The thread that enters the next handler: one that waits, or else a new one.
  std::uint16_t free_loop(std::int64_t now_ns);
  /// A loop thread that waits for completions; 0 if there is none.
  std::uint16_t waiting_loop() const;
  /// The thread whose current job may run a strand's handler, the most recently active if several;
  /// 0 if there is none.
  std::uint16_t host_of_strand() const;

  /// Infers that each loop thread outside handlers has begun to wait for completions. Call before
  /// events that only a loop or another thread causes.
  void settle();

  /// Records that the thread wrote this line.
  void touch(std::uint16_t number, std::int64_t now_ns, std::uint64_t line);

 private:
  std::uint16_t add(bool is_loop, std::int64_t now_ns);

  ImportedEvents& events_;
  std::vector<Thread> threads_;  // by number; 0: beyond the limit
};

}  // namespace proactor_lab
