// The programs to study. Each is written once and runs on every system that supports its interface:
// asynchronous programs use the Proactor, blocking programs use BlockingSystem.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "core/blocking/blocking_system.hpp"
#include "core/operating_system.hpp"
#include "core/proactor.hpp"

namespace proactor_lab {

/// The settings that a program receives from its scenario.
struct ProgramSettings {
  Endpoint listen_on{};
  Endpoint back_end{};
  Duration work{0};
  Duration timeout{0};
  std::uint32_t tasks = 4;  ///< for programs that start several tasks
  Duration retry{0};        ///< delay before a rejected task is retried; 0: no retry
  std::string root;         ///< the folder of the scenario's files; no "/" at its end
  std::string source;       ///< for programs that copy: paths beneath `root`
  std::string target;
  std::uint32_t buffers = 2;  ///< number of blocks in flight at most
  std::uint32_t block_bytes = 4096;
  std::uint32_t queue_bytes = 16384;  ///< most bytes queued for a client that does not read
  std::uint32_t threads = 8;          ///< for programs with a thread pool
  bool on_workers = false;            ///< the program's Proactor has workers
  std::uint32_t answer_bytes = 64;    ///< size of a back end's answer to one request
};

/// Created on the loop thread. `start` initiates the first operations; then the loop runs the
/// handlers. Must outlive its Proactor's run.
class AsyncProgram {
 public:
  virtual ~AsyncProgram() = default;
  /// If this fails, nothing has been initiated; the error gives the reason.
  virtual std::error_code start() = 0;
  /// The address it listens on, once started; port 0 if it does not listen.
  virtual Endpoint endpoint() const { return {}; }
  /// After the run: why the program did not succeed, as text; empty if it did.
  virtual std::string failure() const { return {}; }
};

struct ProgramEntry {
  std::string_view name;
  std::string_view summary;  ///< one line
  std::string_view source;   ///< source file, relative to the repository
  /// Exactly one of these two is set.
  std::unique_ptr<AsyncProgram> (*make)(Proactor&, OperatingSystem&, const ProgramSettings&);
  Task (*run)(BlockingSystem&, ProgramSettings);
  bool listens = true;
  bool on_workers = false;  ///< its handlers may run on a worker pool
  bool uses_files = false;  ///< needs `ProgramSettings::root`
  bool has_pool = false;    ///< of threads or workers; the scenario's "workers" gives the size
};

/// All programs. `find_program` returns null if no program has this name.
std::span<const ProgramEntry> programs();
const ProgramEntry* find_program(std::string_view name);

}  // namespace proactor_lab
