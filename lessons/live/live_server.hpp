// Runs a scenario's program as a live server: Proactor programs on io_uring or epoll, blocking
// programs on real threads.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "core/recording/recorder.hpp"
#include "core/values/handle.hpp"
#include "lessons/programs/program.hpp"
#include "lessons/scenario/scenario.hpp"

namespace proactor_lab {

struct LiveServerResult {
  std::string failure;        ///< the program's failure as text
  std::uint32_t threads = 1;  ///< maximum number of concurrent threads
};

/// Ends the server cleanly. Callable on any thread at any time; does nothing if the server has
/// ended.
using StopServer = std::function<void()>;

/// Runs the program on the calling thread until it ends or is stopped. Calls `on_start` when the
/// program listens, or when it has started if it does not listen. Throws InputError if the kernel
/// refuses the scenario's system or the port is taken.
LiveServerResult serve_live(const Scenario& scenario, const ProgramSettings& settings,
                            Recorder* recorder,
                            const std::function<void(Endpoint, StopServer)>& on_start);

/// Throws InputError if `serve_live` would; closes everything it opened.
void check_can_serve(const Scenario& scenario, const ProgramSettings& settings);

}  // namespace proactor_lab
