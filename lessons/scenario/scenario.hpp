// A scenario: which program runs, on which system, in which world. It is a JSON file
// (lessons/SCENARIO.md describes it) and untrusted: unknown keys, impossible values and unbounded
// runs are refused with the JSON pointer of what is wrong.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/values/time.hpp"
#include "sim/world/client_script.hpp"
#include "sim/world/simulated_back_ends.hpp"
#include "traces/format/input_error.hpp"
#include "traces/format/run_systems.hpp"

namespace proactor_lab {

/// A file that exists when the run starts. Its path is relative, contains no "..", and lies beneath
/// the scenario's root folder.
struct ScenarioFile {
  std::string path;
  std::string content;
};

/// For programs that copy a file: source, target, number of buffers and bytes per buffer.
struct ScenarioCopy {
  std::string source;
  std::string target;
  std::uint32_t buffers = 2;
  std::uint32_t block_bytes = 4096;
};

/// The worker pool for the program's handlers (core/workers/worker_pool.hpp).
struct ScenarioWorkers {
  std::uint32_t places = 0;  ///< 0: no pool; all handlers run on the loop thread
  std::uint32_t waiting_jobs_max = UINT32_MAX;
  bool jobs_only = false;
};

/// A fault that is injected into the simulated world at a given time.
struct ScenarioFault {
  enum class Kind : std::uint8_t {
    breaks,          ///< the network breaks a client's connection
    cut,             ///< data sent on the connection is held back until the cut ends
    no_descriptors,  ///< opening descriptors fails with EMFILE until the fault ends
    disk_error,      ///< file operations fail until the fault ends
  };
  Kind kind{};
  Duration at{0};
  Duration lasts{0};
  std::uint32_t client = 0;  ///< index, counted across all crowds
  std::int32_t error = 0;    ///< disk_error: the errno value
  std::string path;          ///< disk_error: only this file; empty: all files
};

struct Scenario {
  std::string program;
  RunSystem system = RunSystem::sim;
  std::uint64_t seed = 1;
  std::uint16_t port = 7000;          ///< the port that the program listens on
  std::vector<NetworkLink> links{1};  ///< links[0] is the default link
  std::uint32_t send_buffer = 65536;  ///< bytes; larger sends are short
  bool short_transfers = false;       ///< the system may transfer fewer bytes than possible
  bool free_kernel = false;           ///< every choice open to the kernel becomes a question
  Duration syscall_cost{0};
  Duration switch_cost{0};
  Duration operation_cost{0};  ///< kernel work per transfer or new connection
  Duration thread_start_cost{0};
  std::uint32_t cores = 1;                  ///< for blocking threads
  std::uint32_t worker_cores = UINT32_MAX;  ///< for the loop and its workers; `cores` if given
  std::uint64_t thread_bytes = 32'768;      ///< memory per thread
  std::uint64_t connection_bytes = 4'096;   ///< memory per connection (clients and back ends)
  Duration work{0};                         ///< CPU time that a program spends per request
  Duration timeout{0};                      ///< for programs with a timeout
  DelayRange disk_latency;                  ///< duration of a file operation
  std::vector<ScenarioFile> files;
  ScenarioCopy copy;
  ScenarioWorkers workers;
  std::uint32_t in_flight_max = 0;    ///< maximum number of concurrent operations; 0: no limit
  std::uint32_t tasks = 4;            ///< for programs that start several tasks
  Duration retry{0};                  ///< delay before a rejected task is retried; 0: no retry
  std::uint32_t queue_bytes = 16384;  ///< maximum queued output per client that does not read
  std::vector<ClientScript> clients;
  std::vector<BackEndScript> back_ends;
  std::vector<ScenarioFault> faults;
  Duration run_limit = std::chrono::seconds{60};  ///< in virtual time
  std::uint64_t event_limit = 5'000'000;

  std::string file;  ///< file name for messages; empty if not read from a file
  std::string json;  ///< the scenario as compact JSON, for the trace's header
};

/// Throws InputError. `file` is only used in messages.
Scenario parse_scenario(std::string_view json, const std::string& file);
Scenario read_scenario_file(const std::string& path);

}  // namespace proactor_lab
