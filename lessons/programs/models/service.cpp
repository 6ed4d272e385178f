// These programs never have a co_await in a condition: GCC 12 may then resume the wrong coroutine.
#include "lessons/programs/models/service.hpp"

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "traces/format/input_error.hpp"

namespace proactor_lab {
namespace {

constexpr Duration patience = std::chrono::milliseconds{10};

TaskOf<bool> write_all(BlockingSystem& system, Handle stream, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const std::int32_t written = co_await system.write(stream, bytes);
    if (written <= 0) co_return false;
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  co_return true;
}

}  // namespace

Handle open_listener(BlockingSystem& system, const ProgramSettings& settings) {
  const std::int32_t listener = system.listen(settings.listen_on, "listener");
  if (listener >= 0) return Handle{listener};
  throw InputError("port " + std::to_string(settings.listen_on.port), "",
                   "cannot be listened on: " + std::generic_category().message(-listener));
}

TaskOf<Accepted> try_accept_session(BlockingSystem& system, const ProgramSettings& settings,
                                    Handle listener, Session& session) {
  const std::int32_t client = co_await system.accept(listener);
  if (client == -EINVAL || client == -EBADF || client == -ECANCELED) co_return Accepted::closed;
  session.client = Handle{client};
  session.back_end = Handle{client < 0 ? client : system.open_stream_socket(nullptr)};
  const std::int32_t back_end = to_number(session.back_end);
  std::int32_t connected = back_end;
  if (back_end >= 0) connected = co_await system.connect(session.back_end, settings.back_end);
  if (connected == 0) co_return Accepted::client;
  // No descriptors left, or no back end. This client is lost, but the next may be served.
  if (back_end >= 0) co_await system.close(session.back_end);
  if (client >= 0) co_await system.close(session.client);
  if (back_end == -EMFILE || back_end == -ENFILE) co_await system.sleep(patience);
  co_return Accepted::nobody;
}

TaskOf<bool> accept_session(BlockingSystem& system, const ProgramSettings& settings,
                            Handle listener, Session& session) {
  Accepted accepted = Accepted::nobody;
  while (accepted == Accepted::nobody) {
    accepted = co_await try_accept_session(system, settings, listener, session);
  }
  co_return accepted == Accepted::client;
}

TaskOf<bool> read_request(BlockingSystem& system, Session& session) {
  const std::int32_t bytes = co_await system.read(session.client, session.request);
  session.request_bytes = static_cast<std::size_t>(std::max(bytes, 0));
  co_return bytes > 0;
}

TaskOf<bool> ask_back_end(BlockingSystem& system, const ProgramSettings& settings,
                          Session& session) {
  co_await system.compute(settings.work);
  const auto request = std::span(session.request).first(session.request_bytes);
  co_return co_await write_all(system, session.back_end, request);
}

TaskOf<bool> answer(BlockingSystem& system, const ProgramSettings& settings, Session& session) {
  for (std::size_t left = settings.answer_bytes; left > 0;) {
    const auto room = std::span(session.request).first(std::min(left, session.request.size()));
    const std::int32_t bytes = co_await system.read(session.back_end, room);
    if (bytes <= 0) co_return false;
    left -= static_cast<std::size_t>(bytes);
  }
  const auto bytes = std::span(session.request).first(session.request_bytes);
  co_return co_await write_all(system, session.client, bytes);
}

TaskOf<bool> serve_request(BlockingSystem& system, const ProgramSettings& settings,
                           Session& session) {
  bool well = co_await read_request(system, session);
  if (well) well = co_await ask_back_end(system, settings, session);
  if (well) well = co_await answer(system, settings, session);
  co_return well;
}

Task serve_session(BlockingSystem& system, const ProgramSettings& settings, Session& session) {
  bool well = true;
  while (well) well = co_await serve_request(system, settings, session);
  co_await close_session(system, session);
}

Task close_session(BlockingSystem& system, Session& session) {
  co_await system.close(session.back_end);
  co_await system.close(session.client);
}

}  // namespace proactor_lab
