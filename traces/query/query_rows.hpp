// Rows of the tables that are not records of a model: completions, handler runs, buffer loans,
// worker turns, thread times, choices.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "traces/model/model.hpp"

namespace proactor_lab {

/// Each member is the `seq` of an event; 0 if the event did not occur.
struct HandlerRun {
  std::uint32_t dequeued = 0;
  std::uint32_t entered = 0;
  std::uint32_t exited = 0;
};

/// A completion and its operation.
struct CompletionRow : CompletionRecord {
  std::uint32_t operation = 0;
};

struct BufferLoan {
  std::uint32_t lent = 0;
  std::uint32_t returned = 0;
};

struct WorkerTurn {
  std::uint32_t dequeued = 0;  ///< when its operation was ready for a worker
  std::uint32_t acquired = 0;
  std::uint32_t busy = 0;
  std::uint32_t released = 0;
};

struct ChoiceMade {
  std::uint32_t asked = 0;
  std::uint32_t followed = 0;  ///< the next event that is not a choice
};

struct ThreadTimes {
  std::uint16_t id = 0;
  StringId label = no_string;
  std::int64_t started_ns = 0;
  std::uint32_t exited = 0;
  std::array<std::int64_t, 5> spent_ns{};  ///< indexed by ThreadActivity
};

/// Each function considers only the events 1 to `last`.
std::vector<CompletionRow> completion_rows(const Model& model, std::uint32_t last);
std::vector<HandlerRun> handler_runs(const Model& model, std::uint32_t last);
std::vector<BufferLoan> buffer_loans(const Model& model, std::uint32_t last);
std::vector<WorkerTurn> worker_turns(const Model& model, std::uint32_t last);
std::vector<ChoiceMade> choices_made(const Model& model, std::uint32_t last);
std::vector<ThreadTimes> thread_times(const Model& model, std::uint32_t last);

}  // namespace proactor_lab
