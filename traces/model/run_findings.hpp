// What one pass over a run's events finds for its explanation in addition to the model: peaks,
// overflows, faults, choices, lost events, a deadlock or livelock.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "traces/model/model.hpp"

namespace proactor_lab {

struct RunFindings {
  std::uint64_t inferred = 0;
  std::uint64_t lost = 0;
  std::uint32_t first_lost = 0;
  std::map<std::string, std::uint64_t> lost_why;  ///< number lost, by reason
  std::uint32_t in_flight_max = 0;
  std::uint32_t in_flight_at = 0;
  std::uint32_t queued_max = 0;
  std::uint32_t queued_at = 0;
  std::uint64_t overflows = 0;  ///< waits that left completions in the system
  std::uint64_t rejected = 0;   ///< rejected jobs
  std::uint32_t active_max = 0;
  std::uint32_t places = 0;  ///< size of the worker pool
  std::map<std::string, std::pair<std::uint64_t, std::uint32_t>> faults;  ///< count, first event
  std::map<std::string, std::uint64_t> choices;                           ///< count, by question
  std::string deadlock;                                                   ///< a sentence, or empty
  std::string livelock;                                                   ///< a sentence, or empty
  std::string end;  ///< text of run_finished; empty if it is missing
};

RunFindings look_through(const Model& model);

}  // namespace proactor_lab
