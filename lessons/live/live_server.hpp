// A scenario's program as a live server: on io_uring or epoll where it is over the Proactor, on
// real threads where it blocks.
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
  std::string failure;        ///< of the program, in words
  std::uint32_t threads = 1;  ///< the most that it had at the same time
};

/// Ends the server in good order. Any thread, at any time: afterwards it does nothing.
using StopServer = std::function<void()>;

/// Runs the program on the calling thread until it ends or is stopped. `on_start` is called on this
/// thread once it listens (or, where it does not, once it has started). Throws InputError where the
/// kernel refuses the scenario's system or the port is taken.
LiveServerResult serve_live(const Scenario& scenario, const ProgramSettings& settings,
                            Recorder* recorder,
                            const std::function<void(Endpoint, StopServer)>& on_start);

/// Throws InputError where `serve_live` would, and leaves nothing behind.
void check_can_serve(const Scenario& scenario, const ProgramSettings& settings);

}  // namespace proactor_lab
