// The one table of systems: what a run was executed on, or what its trace was imported from. Code
// that depends on the system queries this table and does not compare names.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace proactor_lab {

enum class RunSystem : std::uint8_t {
  unknown,  ///< the trace does not name its system, or the name is not in the table
  sim,
  io_uring,
  epoll,
  threads,               ///< real threads that block
  asio,                  ///< imported: Asio's handler tracking
  io_uring_tracepoints,  ///< imported: the kernel's tracepoint log
};

struct SystemRow {
  RunSystem system = RunSystem::unknown;
  std::string_view name{};    ///< in traces, scenarios and on the command line
  bool is_simulated = false;  ///< every step and every choice is recorded
  bool has_proactor = false;  ///< can run programs that use the Proactor
  bool has_threads = false;   ///< can run programs that use blocking threads
  bool infers = false;  ///< the recording has no starts, completions or queueing; they are inferred
  bool sees_dequeues = true;
  /// What the recording could not see, as text for people; empty if unknown.
  std::string_view hidden{};

  /// True if a scenario may request this system: the program then runs on our own core.
  bool runs_scenarios() const { return has_proactor || has_threads; }
};

std::span<const SystemRow> run_systems();
const SystemRow& row_of(RunSystem system);
/// Returns the row of `RunSystem::unknown` if no system has this name.
const SystemRow& system_named(std::string_view name);
inline std::string_view name_of(RunSystem system) { return row_of(system).name; }

/// "simulated · seed 7", "live · epoll", "unknown system": text for a heading.
std::string heading_of_system(std::string_view name, std::uint64_t seed);

}  // namespace proactor_lab
