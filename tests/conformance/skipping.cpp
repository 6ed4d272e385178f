// Successes that are not to be reported (IOSQE_CQE_SKIP_SUCCESS).
#include "tests/conformance/behaviour.hpp"

using namespace std::chrono_literals;

namespace proactor_lab::conformance {
namespace {

constexpr OperationFlags skip = OperationFlags::skip_success;

OperationRequest skipping(OperationRequest request) {
  request.flags = request.flags | skip;
  return request;
}

void let_happen(Machine& m) { m.pass(m.simulated() ? Duration{200us} : Duration{20ms}); }

/// A link timeout reports nothing, whether it expires or its target completes first.
std::string link_timeout_unreported(Machine& m) {
  const auto [stream, peer] = m.stream();
  m.forget();
  m.ask("receive", receive_of(stream, 4, Link::soft));
  m.ask("timeout", skipping(link_timeout_of(m.variant() == 0 ? Duration{50us} : Duration{1h})));
  m.submit();
  if (m.variant() == 1) peer->send("byte");
  m.gather({"receive"});
  let_happen(m);
  return m.story();
}

std::string many_unreported(Machine& m) {
  BufferGroup& buffers = m.provide(4, 8);
  const auto [stream, peer] = m.stream();
  m.forget();
  m.ask("many",
        skipping(
            {.opcode = Opcode::receive, .handle = stream, .buffers = &buffers, .multishot = true}));
  m.submit();
  peer->send("ab");
  let_happen(m);
  if (m.variant() == 0) peer->end();
  if (m.variant() == 1) peer->reset();
  let_happen(m);
  return m.story();
}

/// The later of the two is refused.
std::string skipping_and_draining(Machine& m) {
  switch (m.variant()) {
    case 0:
      m.ask("_skips", skipping(no_op()));
      m.submit();
      m.ask("drains", no_op(Link::none, OperationFlags::drain));
      break;
    case 1:
      m.ask("_skips", skipping(no_op()));
      m.submit();
      m.ask("a", no_op(Link::hard));
      m.ask("drains", no_op(Link::soft, OperationFlags::drain));
      m.ask("c", no_op());
      break;
    case 2:
      m.ask("both", no_op(Link::none, skip | OperationFlags::drain));
      break;
    default:
      m.ask("_drains", no_op(Link::none, OperationFlags::drain));
      m.gather();
      m.ask("skips", skipping(no_op()));
      break;
  }
  let_happen(m);
  return m.story();
}

/// If a worker of the kernel finds that these fail, the failure does not break the chain.
std::string failures_of_workers(Machine& m) {
  const Handle listener = m.listener();
  std::error_code error;
  const Handle stream = m.os().open_stream_socket("stream", error);
  const bool syncs = m.variant() % 2 == 0;
  OperationRequest request =
      syncs ? on_handle(Opcode::fsync, listener) : on_handle(Opcode::shutdown, stream);
  request.link = Link::soft;
  m.ask(syncs ? "sync" : "shutdown", m.variant() < 2 ? request : skipping(request));
  m.ask("next", no_op());
  m.gather();
  return m.story();
}

}  // namespace

std::vector<Behaviour> skipping_behaviours() {
  return {
      {"skip: a link timeout", "never a completion", link_timeout_unreported, 2},
      {"skip: multishot", "all but the last success", many_unreported, 2},
      {"skip: and drain", "EOPNOTSUPP", skipping_and_draining, 4},
      {"skip: failures of workers", "fsync's and shutdown's are none", failures_of_workers, 4},
  };
}

}  // namespace proactor_lab::conformance
