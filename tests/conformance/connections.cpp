// Accepting and connecting.
#include "tests/conformance/behaviour.hpp"

using namespace std::chrono_literals;

namespace proactor_lab::conformance {
namespace {

OperationRequest accept_of(Handle listener, bool many = false) {
  return {.opcode = Opcode::accept, .handle = listener, .multishot = many};
}

std::string accept(Machine& m) {
  const Handle listener = m.listener();
  if (m.variant() == 1) {
    m.connect_peer(listener);
    m.pass(20us);
  }
  m.ask("accept", accept_of(listener));
  if (m.variant() == 0) {
    m.submit();
    m.connect_peer(listener);
  }
  m.gather();
  return m.story();
}

std::string accept_link(Machine& m) {
  const Handle listener = m.listener();
  OperationRequest first = accept_of(listener);
  first.link = Link::soft;
  m.ask("accept", first);
  m.ask("timeout", link_timeout_of(m.variant() == 0 ? Duration{100us} : Duration{1h}));
  if (m.variant() == 1) {
    m.submit();
    m.connect_peer(listener);
  }
  m.gather();
  return m.story();
}

/// Accepts again on a listener that may have the same number, after the first listener was closed.
std::string accept_reuse(Machine& m) {
  const Handle first = m.listener();
  const OperationToken accept = m.ask("first", accept_of(first));
  m.submit();
  m.ask("cancel", cancel_of(accept));
  m.gather();
  m.os().close(first);
  const Handle second = m.listener();
  m.ask("second", accept_of(second));
  m.submit();
  m.connect_peer(second);
  m.gather();
  return m.story() + (first == second ? " same number" : " another number");
}

std::string two_accepts(Machine& m) {
  const Handle listener = m.listener();
  m.ask("older", accept_of(listener));
  m.submit();
  m.ask("newer", accept_of(listener));
  m.submit();
  if (m.variant() == 1) {
    // A third accept takes the connection for which one of them was woken. That one waits again.
    m.connect_peer(listener);
    m.ask("_thief", accept_of(listener));
    m.pass(m.simulated() ? Duration{20us} : Duration{200us});
    if (!m.is_over("_thief")) return std::string("got=") + (m.is_over("older") ? "older" : "newer");
  }
  m.connect_peer(listener);
  m.pass(m.simulated() ? Duration{20us} : Duration{200us});
  return std::string("got=") + (m.is_over("older") ? "older" : "newer");
}

std::string connect(Machine& m) {
  const Handle listener = m.listener();
  const Endpoint endpoint = m.endpoint_of(listener);
  std::error_code error;
  const Handle stream = m.os().open_stream_socket("stream", error);
  OperationRequest request = on_handle(Opcode::connect, stream);
  request.endpoint = endpoint;
  if (m.variant() == 1) m.os().close(listener);  // no listener is left
  m.ask("connect", request);
  m.gather();
  if (m.variant() == 2) m.ask("again", request);
  m.gather();
  return m.story();
}

std::string accept_many_without_handles(Machine& m) {
  const Handle listener = m.listener();
  for (int i = 0; i < 2; ++i) m.connect_peer(listener);
  m.pass(m.simulated() ? Duration{20us} : Duration{100us});
  m.limit_handles(1);
  m.ask("many", accept_of(listener, true));
  m.gather();
  if (m.variant() == 0) return m.story();
  // The connection that could not be accepted is still queued.
  m.os().close(Handle{m.first_value("many")});
  m.ask("then", accept_of(listener));
  m.gather();
  return m.story();
}

std::string accept_many_of_a_dead_listener(Machine& m) {
  const Handle listener = m.listener();
  m.ask("many", accept_of(listener, true));
  if (m.variant() == 0) m.submit();
  m.ask("shutdown", on_handle(Opcode::shutdown, listener));
  m.gather();
  return m.story();
}

}  // namespace

std::vector<Behaviour> connection_behaviours() {
  return {
      {"accept", "accept.c", accept, 2},
      {"accept-link", "accept-link.c", accept_link, 2},
      {"accept-reuse", "accept-reuse.c", accept_reuse},
      {"accept: two wait", "who of them gets the connection", two_accepts, 2},
      {"accept: EMFILE",
       "completes without F_MORE; the connection stays queued",
       accept_many_without_handles,
       2,
       true,
       12,
       {.handle_limit = 5}},
      {"accept: listener shut down", "EINVAL", accept_many_of_a_dead_listener, 2},
      {"connect", "connect.c", connect, 3},
  };
}

}  // namespace proactor_lab::conformance
