// Back ends that the program can connect to: each answers everything it receives, after a delay.
// They use no CPU time of the program; only the network and their script delay them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/recording/recorder.hpp"
#include "sim/world/network.hpp"

namespace proactor_lab {

struct BackEndScript {
  std::string name;
  std::uint16_t port = 0;
  DelayRange answer_after;
  std::uint32_t answer_bytes = 64;
  std::uint16_t link = 0;  ///< of the network, by number
};

class SimulatedBackEnds final : private NetworkOwner, private EventTarget {
 public:
  SimulatedBackEnds(Network& network, Schedule& schedule, Recorder* recorder);

  void add(const BackEndScript& script);

 private:
  /// The state of one connection.
  struct Conversation {
    std::uint64_t unsent = 0;  // bytes of answers that the network has not taken
    std::uint32_t due = 0;     // answers whose delay has not passed
  };

  struct BackEnd {
    BackEndScript script;
    const char* label = "";
  };

  void readable(EndId end, FactIndex cause) override;
  void writable(EndId end, FactIndex cause) override;
  void acceptable(std::uint16_t port, FactIndex cause) override;
  void on_event(const ScheduledEvent& event) override;

  void send_unsent(EndId end, FactIndex cause);
  void end_if_said_all(EndId end, FactIndex cause);

  Network& network_;
  Schedule& schedule_;
  Recorder* recorder_;
  std::vector<BackEnd> back_ends_;
  std::vector<std::byte> scratch_;
  std::vector<Conversation> conversations_;  // by end
  std::uint32_t answers_ = 0;
};

}  // namespace proactor_lab
