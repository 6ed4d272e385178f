// What the models that block have in common: accepting, and the exchange of request and answer.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "lessons/programs/program.hpp"

namespace proactor_lab {

/// A client's connection, its own to the back end, and the request in between.
struct Session {
  Handle client = Handle::none;
  Handle back_end = Handle::none;
  std::size_t request_bytes = 0;
  std::array<std::byte, 1024> request;
};

/// Throws InputError where nobody may listen there.
Handle open_listener(BlockingSystem& system, const ProgramSettings& settings);

/// What came of trying to accept a client.
enum class Accepted : std::uint8_t {
  client,
  nobody,  ///< this time: out of descriptors, or the back end is not there
  closed,  ///< nobody listens any more
};

/// The next client, and a connection to the back end for it. Waits for a client, but does not try
/// again: for whoever has others to serve meanwhile.
TaskOf<Accepted> try_accept_session(BlockingSystem& system, const ProgramSettings& settings,
                                    Handle listener, Session& session);

/// Likewise, as often as it takes. False: nobody listens any more.
TaskOf<bool> accept_session(BlockingSystem& system, const ProgramSettings& settings,
                            Handle listener, Session& session);

// The three steps of an exchange. False: the client or the back end is gone.
TaskOf<bool> read_request(BlockingSystem& system, Session& session);
TaskOf<bool> ask_back_end(BlockingSystem& system, const ProgramSettings& settings,
                          Session& session);
TaskOf<bool> answer(BlockingSystem& system, const ProgramSettings& settings, Session& session);

/// All three, waiting wherever it takes.
TaskOf<bool> serve_request(BlockingSystem& system, const ProgramSettings& settings,
                           Session& session);

/// Requests until the client hangs up, and then closes.
Task serve_session(BlockingSystem& system, const ProgramSettings& settings, Session& session);
Task close_session(BlockingSystem& system, Session& session);

}  // namespace proactor_lab
