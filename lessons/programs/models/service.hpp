// Shared by the blocking models: accepting clients, and the exchange of request and answer.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "lessons/programs/program.hpp"

namespace proactor_lab {

/// A client's connection, its connection to the back end, and the current request.
struct Session {
  Handle client = Handle::none;
  Handle back_end = Handle::none;
  std::size_t request_bytes = 0;
  std::array<std::byte, 1024> request;
};

/// Throws InputError if the program cannot listen on that port.
Handle open_listener(BlockingSystem& system, const ProgramSettings& settings);

/// The result of trying to accept a client.
enum class Accepted : std::uint8_t {
  client,
  nobody,  ///< this attempt failed: no descriptors left, or no back end
  closed,  ///< the listener was closed
};

/// Waits for the next client and connects to the back end for it. Tries only once, for models whose
/// thread has other clients to serve.
TaskOf<Accepted> try_accept_session(BlockingSystem& system, const ProgramSettings& settings,
                                    Handle listener, Session& session);

/// Like try_accept_session, but tries until it succeeds. False: the listener was closed.
TaskOf<bool> accept_session(BlockingSystem& system, const ProgramSettings& settings,
                            Handle listener, Session& session);

// The three steps of an exchange. False: the client or the back end closed its connection.
TaskOf<bool> read_request(BlockingSystem& system, Session& session);
TaskOf<bool> ask_back_end(BlockingSystem& system, const ProgramSettings& settings,
                          Session& session);
TaskOf<bool> answer(BlockingSystem& system, const ProgramSettings& settings, Session& session);

/// All three steps. Blocks in each as long as necessary.
TaskOf<bool> serve_request(BlockingSystem& system, const ProgramSettings& settings,
                           Session& session);

/// Serves requests until the client closes its connection, then closes both connections.
Task serve_session(BlockingSystem& system, const ProgramSettings& settings, Session& session);
Task close_session(BlockingSystem& system, Session& session);

}  // namespace proactor_lab
