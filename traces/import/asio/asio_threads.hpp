// The threads of an Asio program, as far as its log tells them. It names none; but handlers that
// run at the same time run on several. So threads here are guesses: the handlers of a log are given
// to as few as can have run them, unless one of them is a strand's, which runs inside another.
#pragma once

#include <cstdint>
#include <vector>

#include "traces/import/imported_events.hpp"

namespace proactor_lab {

class AsioThreads {
 public:
  struct Thread {
    std::vector<std::uint64_t> handlers;  ///< entered and not left, the innermost last
    std::uint32_t last_event = 0;         ///< what the next thing outside handlers follows from
    std::int64_t last_ns = 0;             ///< of its last line
    std::uint64_t last_line = 0;
    bool waits = false;       ///< for completions
    bool is_loop = true;      ///< runs handlers
    bool takes_next = false;  ///< is in a job that does nothing else: a strand's handlers follow
  };

  explicit AsioThreads(ImportedEvents& events);

  /// 0 is nobody: there were too many.
  Thread& thread(std::uint16_t number) { return threads_[number]; }
  std::uint16_t count() const { return static_cast<std::uint16_t>(threads_.size() - 1); }

  /// Whoever does something outside handlers.
  std::uint16_t outside(std::int64_t now_ns);
  /// Whoever enters a handler next; a thread that waits, or one not known so far.
  std::uint16_t free_loop(std::int64_t now_ns);
  /// Whoever waits for completions; 0 where nobody does.
  std::uint16_t waiting_loop() const;
  /// Of those whose job a strand's handler may be: the one that did something last; 0 for none.
  std::uint16_t host_of_strand() const;

  /// Those that left their handler and did nothing since have asked for completions. Called before
  /// anything that only a loop or another thread does.
  void settle();

  /// The thread did this line.
  void touch(std::uint16_t number, std::int64_t now_ns, std::uint64_t line);

 private:
  std::uint16_t add(bool is_loop, std::int64_t now_ns);

  ImportedEvents& events_;
  std::vector<Thread> threads_;  // by number; 0 is nobody
};

}  // namespace proactor_lab
