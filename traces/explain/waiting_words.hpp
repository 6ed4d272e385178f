// Words for why time passed between an event and the event that it caused: on the way through the
// network, in the queue behind another handler, waiting for a worker, waiting for a lock that
// another thread held.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "traces/model/model.hpp"
#include "traces/query/query_rows.hpp"

namespace proactor_lab {

class WaitingWords {
 public:
  /// Reads all events of the model once. The model must outlive this object.
  explicit WaitingWords(const Model& model);

  /// What happened between `cause` and `effect`, as words that follow a duration. Empty if no time
  /// passed or the reason is unknown.
  std::string between(std::uint32_t cause, std::uint32_t effect) const;

  /// What a thread waits for from event `seq` on: "for lock A, held by thread first". Empty if
  /// `seq` is not a thread_blocked on a lock.
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
