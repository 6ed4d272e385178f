// Why time passed between an event and the one that it caused, in words: on the way, in the queue
// behind another handler, for a place of the worker pool, for a lock that somebody held.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "traces/model/model.hpp"
#include "traces/query/query_rows.hpp"

namespace proactor_lab {

class WaitingWords {
 public:
  /// Looks through the model once; it must outlive this.
  explicit WaitingWords(const Model& model);

  /// What went on between `cause` and `effect`, as words to follow a duration; empty where no time
  /// passed, or nothing is known.
  std::string between(std::uint32_t cause, std::uint32_t effect) const;

  /// What a thread waits for from here on, "for lock A, held by thread first"; empty where `seq`
  /// is no thread_blocked on a lock.
  std::string blocked(std::uint32_t seq) const;

 private:
  std::string in_the_system(const Event& cause, const Event& effect) const;
  std::string of_client(const Event& cause, const Event& effect) const;
  std::string of_thread(const Event& cause, const Event& effect) const;
  std::string behind_handlers(const Event& cause, const Event& effect) const;
  std::string for_lock(const Event& cause, const Event& effect) const;
  std::string until_worker_ran(const Event& cause, const Event& effect) const;
  std::string handed_over_late(const Event& cause, const Event& effect) const;
  std::string name_of_thread(std::uint16_t id) const;

  const Model& model_;
  std::vector<HandlerRun> runs_;
};

}  // namespace proactor_lab
