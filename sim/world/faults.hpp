// Faults at moments that a scenario names: connections break, the network is cut for a while,
// descriptors run out or the disk fails.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/world/files.hpp"
#include "sim/world/network.hpp"
#include "sim/world/simulated_clients.hpp"

namespace proactor_lab {

struct DiskFault {
  std::int32_t error = 0;
  std::string path;  ///< empty: all files
  bool active = false;
};

/// The current faults. The simulated system checks them before it carries out a request.
struct Shortage {
  bool no_descriptors = false;  ///< EMFILE
  std::vector<DiskFault> disk;

  /// Returns 0 if there is no fault. A path is looked up only here, because its file may be created
  /// during the fault.
  std::int32_t error_of(FileId file, const Files& files) const {
    for (const DiskFault& each : disk) {
      if (!each.active) continue;
      if (each.path.empty() || files.find(each.path) == file) return each.error;
    }
    return 0;
  }
};

class Faults final : private EventTarget {
 public:
  Faults(Schedule& schedule, Network& network, SimulatedClients& clients, Recorder* recorder)
      : schedule_(schedule), network_(network), clients_(clients), recorder_(recorder) {}

  const Shortage& shortage() const { return shortage_; }

  // Clients are numbered over all crowds, from 0. A client that is not connected then is not
  // affected.
  void break_connection(Instant at, std::uint32_t client);
  void cut(Instant at, Duration lasts, std::uint32_t client);
  void run_out_of_descriptors(Instant at, Duration lasts);
  /// An empty `path` means all files.
  void fail_disk(Instant at, Duration lasts, std::int32_t error, const std::string& path);

 private:
  enum Type : std::uint32_t {
    breaks,
    cuts,
    descriptors_gone,
    descriptors_back,
    disk_fails,
    disk_recovers,
  };

  void on_event(const ScheduledEvent& event) override;
  void schedule(Instant at, Type type, std::uint32_t subject, std::uint64_t amount = 0);
  FactIndex note(const char* what, EndId end = no_end);

  Schedule& schedule_;
  Network& network_;
  SimulatedClients& clients_;
  Recorder* recorder_;
  Shortage shortage_;
};

}  // namespace proactor_lab
