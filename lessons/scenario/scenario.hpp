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

/// A file of the world: its path is relative, without "..", and beneath the world's root.
struct ScenarioFile {
  std::string path;
  std::string content;
};

/// For programs that copy: which file, and with how many buffers of how many bytes.
struct ScenarioCopy {
  std::string source;
  std::string target;
  std::uint32_t buffers = 2;
  std::uint32_t block_bytes = 4096;
};

/// A pool of workers for the program's handlers (core/workers/worker_pool.hpp).
struct ScenarioWorkers {
  std::uint32_t places = 0;  ///< 0: none; all handlers run on the loop thread
  std::uint32_t waiting_jobs_max = UINT32_MAX;
  bool jobs_only = false;
};

/// What happens to the world at a moment, in the simulated system.
struct ScenarioFault {
  enum class Kind : std::uint8_t {
    breaks,          ///< the network breaks a client's connection
    cut,             ///< nothing that is sent on it arrives for a while
    no_descriptors,  ///< the process has none left for a while: EMFILE
    disk_error,      ///< for a while operations on files fail
  };
  Kind kind{};
  Duration at{0};
  Duration lasts{0};
  std::uint32_t client = 0;  ///< counted over all crowds
  std::int32_t error = 0;    ///< disk_error: its number
  std::string path;          ///< disk_error: of this file only; empty: of all
};

struct Scenario {
  std::string program;
  RunSystem system = RunSystem::sim;
  std::uint64_t seed = 1;
  std::uint16_t port = 7000;          ///< what the program listens on
  std::vector<NetworkLink> links{1};  ///< the first: of all who have no other
  std::uint32_t send_buffer = 65536;  ///< bytes; a send past it is short
  bool short_transfers = false;       ///< the system may transfer less than it could
  bool free_kernel = false;           ///< wherever the kernel may choose, a question is asked
  Duration syscall_cost{0};
  Duration switch_cost{0};
  Duration operation_cost{0};  ///< the kernel's own work for bytes moved, a connection made
  Duration thread_start_cost{0};
  std::uint32_t cores = 1;                  ///< for threads that block
  std::uint32_t worker_cores = UINT32_MAX;  ///< for a loop and its workers: `cores`, where given
  std::uint64_t thread_bytes = 32'768;      ///< memory that a thread takes
  std::uint64_t connection_bytes = 4'096;   ///< and a connection, of a client or to a back end
  Duration work{0};                         ///< what a program computes for a request
  Duration timeout{0};                      ///< for programs that have one
  DelayRange disk_latency;                  ///< what an operation on a file takes
  std::vector<ScenarioFile> files;
  ScenarioCopy copy;
  ScenarioWorkers workers;
  std::uint32_t in_flight_max = 0;    ///< operations that the system has at a time; 0: any number
  std::uint32_t tasks = 4;            ///< of a program that has some
  Duration retry{0};                  ///< after which such a program tries again; 0: it does not
  std::uint32_t queue_bytes = 16384;  ///< what a program keeps for a client that does not read
  std::vector<ClientScript> clients;
  std::vector<BackEndScript> back_ends;
  std::vector<ScenarioFault> faults;
  Duration run_limit = std::chrono::seconds{60};  ///< of virtual time
  std::uint64_t event_limit = 5'000'000;

  std::string file;  ///< its name in messages; empty if it was read from none
  std::string json;  ///< the file's text, compact: goes into the trace's header
};

/// Throws InputError. `file` is for messages.
Scenario parse_scenario(std::string_view json, const std::string& file);
Scenario read_scenario_file(const std::string& path);

}  // namespace proactor_lab
