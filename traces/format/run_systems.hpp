// The one table of systems: what a run took place on, or what its trace was made from. What depends
// on that asks here, and compares no name.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace proactor_lab {

enum class RunSystem : std::uint8_t {
  unknown,  ///< a trace that does not say, or says what is not known here
  sim,
  io_uring,
  epoll,
  threads,               ///< real ones that block
  asio,                  ///< imported: Asio's handler tracking
  io_uring_tracepoints,  ///< imported: the kernel's own log
};

struct SystemRow {
  RunSystem system = RunSystem::unknown;
  std::string_view name{};    ///< in traces, scenarios and on the command line
  bool is_simulated = false;  ///< each of its steps is told, and its choices are
  bool has_proactor = false;  ///< programs over the Proactor run on it
  bool has_threads = false;   ///< programs that block run on it
  bool infers = false;        ///< the recording does not see starts, completions and queueing
  bool sees_dequeues = true;
  /// What the recording could not see, for people; empty if that is not known.
  std::string_view hidden{};

  /// A scenario may ask for it: the program runs on our own core.
  bool runs_scenarios() const { return has_proactor || has_threads; }
};

std::span<const SystemRow> run_systems();
const SystemRow& row_of(RunSystem system);
/// The row of `RunSystem::unknown` if no system is called so.
const SystemRow& system_named(std::string_view name);
inline std::string_view name_of(RunSystem system) { return row_of(system).name; }

/// "simulated · seed 7", "live · epoll", "unknown system": for a heading.
std::string heading_of_system(std::string_view name, std::uint64_t seed);

}  // namespace proactor_lab
