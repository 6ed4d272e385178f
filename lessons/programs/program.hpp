// Programs to study. Each is written once and runs on every system that its seam reaches: the
// asynchronous ones over the Proactor, the blocking ones over BlockingSystem.
#pragma once

#include <memory>
#include <span>
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
};

struct ProgramEntry {
  std::string_view name;
  std::string_view summary;  ///< one line
  std::string_view source;   ///< repository-relative
  /// One of the two is set.
  std::unique_ptr<AsyncProgram> (*make)(Proactor&, OperatingSystem&, const ProgramSettings&);
  Task (*run)(BlockingSystem&, ProgramSettings);
};

/// All programs, by name.
std::span<const ProgramEntry> programs();
const ProgramEntry* find_program(std::string_view name);

}  // namespace proactor_lab
