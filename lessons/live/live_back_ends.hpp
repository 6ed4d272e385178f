// A scenario's back ends on the live system: one thread for all, over loopback. They answer as the
// simulated ones do, each request after its delay.
#pragma once

#include <cstdint>
#include <thread>
#include <vector>

#include "core/values/handle.hpp"
#include "sim/world/simulated_back_ends.hpp"

namespace proactor_lab {

class LiveBackEnds {
 public:
  /// Listens and answers, on ports that the system chooses, until destroyed; `seed` answers how
  /// long each answer takes. Throws InputError where the system gives no port.
  LiveBackEnds(const std::vector<BackEndScript>& scripts, std::uint64_t seed);
  ~LiveBackEnds();
  LiveBackEnds(const LiveBackEnds&) = delete;
  LiveBackEnds& operator=(const LiveBackEnds&) = delete;

  /// Of the first; port 0 where there is none.
  Endpoint endpoint() const;

 private:
  void serve();

  std::vector<BackEndScript> scripts_;
  std::uint64_t seed_;
  std::vector<int> listeners_;  // of each
  int ready_ = -1;              // epoll
  int end_event_ = -1;
  std::thread thread_;
};

}  // namespace proactor_lab
