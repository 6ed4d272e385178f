// A scenario's back ends on the live system, over loopback; one thread serves all of them. Like the
// simulated back ends, they answer each request after its delay.
#pragma once

#include <cstdint>
#include <thread>
#include <vector>

#include "core/values/handle.hpp"
#include "sim/world/simulated_back_ends.hpp"

namespace proactor_lab {

class LiveBackEnds {
 public:
  /// Listens on ports that the system chooses, and answers until destroyed. `seed` determines the
  /// answer delays. Throws InputError if the system provides no port.
  LiveBackEnds(const std::vector<BackEndScript>& scripts, std::uint64_t seed);
  ~LiveBackEnds();
  LiveBackEnds(const LiveBackEnds&) = delete;
  LiveBackEnds& operator=(const LiveBackEnds&) = delete;

  /// Address of the first back end; port 0 if there is none.
  Endpoint endpoint() const;

 private:
  void serve();

  std::vector<BackEndScript> scripts_;
  std::uint64_t seed_;
  std::vector<int> listeners_;  // one per back end
  int ready_ = -1;              // epoll descriptor
  int end_event_ = -1;
  std::thread thread_;
};

}  // namespace proactor_lab
