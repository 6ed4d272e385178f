// Programs to study. Each is written once and runs on every system that its seam reaches: the
// asynchronous ones over the Proactor, the blocking ones over BlockingSystem.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "core/blocking/blocking_system.hpp"
#include "core/operating_system.hpp"
#include "core/proactor.hpp"

namespace proactor_lab {

/// What a scenario lets a program know.
struct ProgramSettings {
  Endpoint listen_on{};
  Endpoint back_end{};
  Duration work{0};
  Duration timeout{0};
  std::uint32_t tasks = 4;  ///< for programs that have some
  Duration retry{0};        ///< after which a rejected one is tried again; 0: it is not
  std::string root;         ///< the folder of the scenario's files; no "/" at its end
  std::string source;       ///< for programs that copy: paths beneath `root`
  std::string target;
  std::uint32_t buffers = 2;  ///< how many of these are in flight at most
  std::uint32_t block_bytes = 4096;
  std::uint32_t queue_bytes = 16384;  ///< the most that is kept for a client that does not read
  std::uint32_t threads = 8;          ///< of a program that has a pool of them
  bool on_workers = false;            ///< its Proactor has workers
  std::uint32_t answer_bytes = 64;    ///< that a back end sends for a request
};

/// Made on the loop thread; `start` initiates the first operations, the loop does the rest. Must
/// outlive its Proactor's run.
class AsyncProgram {
 public:
  virtual ~AsyncProgram() = default;
  /// On failure nothing was initiated and the error says why; `what` names the failed step.
  virtual std::error_code start() = 0;
  /// Where it listens, once started; port 0 if it does not.
  virtual Endpoint endpoint() const { return {}; }
  /// After the run: why it did not do what it was to do, in words; empty where it did.
  virtual std::string failure() const { return {}; }
};

struct ProgramEntry {
  std::string_view name;
  std::string_view summary;  ///< one line
  std::string_view source;   ///< repository-relative
  /// One of the two is set.
  std::unique_ptr<AsyncProgram> (*make)(Proactor&, OperatingSystem&, const ProgramSettings&);
  Task (*run)(BlockingSystem&, ProgramSettings);
  bool listens = true;
  bool on_workers = false;  ///< its handlers may run on a worker pool
  bool uses_files = false;  ///< needs `ProgramSettings::root`
  bool has_pool = false;    ///< of threads, or workers: the scenario's "workers" say how many
};

/// All programs, by name.
std::span<const ProgramEntry> programs();
const ProgramEntry* find_program(std::string_view name);

}  // namespace proactor_lab
