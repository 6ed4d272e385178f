// What a drain holds back, what its workers do, and what a release does with waiting operations.
#include "tests/conformance/behaviour.hpp"

using namespace std::chrono_literals;

namespace proactor_lab::conformance {
namespace {

constexpr OperationFlags drain = OperationFlags::drain;

OperationRequest with_flags(OperationRequest request, OperationFlags flags) {
  request.flags = flags;
  return request;
}

void let_happen(Machine& m) { m.pass(m.simulated() ? Duration{20us} : Duration{10ms}); }

/// A drain is over. The next operation then goes to a worker, which looks up its handle.
std::string close_behind_a_drain(Machine& m) {
  const auto [stream, peer] = m.stream();
  m.forget();
  m.ask("_drain", no_op(Link::none, drain));
  m.gather();
  m.ask("receive", receive_of(stream, 4));
  if (m.variant() == 1) m.submit();
  m.ask("close", on_handle(Opcode::close, stream));
  m.gather({"close"});
  let_happen(m);
  peer->send("late");
  m.gather({"receive"});
  return m.story();
}

std::string cancel_behind_a_drain(Machine& m) {
  const auto [stream, peer] = m.stream();
  m.forget();
  m.ask("_drain", no_op(Link::none, drain));
  m.gather();
  const OperationToken receive = m.ask("receive", receive_of(stream, 4));
  if (m.variant() > 0) m.submit();
  if (m.variant() == 2) m.pass(m.simulated() ? Duration{1us} : Duration{300us});
  m.ask("cancel", cancel_of(receive));
  let_happen(m);
  peer->send("byte");
  m.gather();
  return m.story();
}

/// An operation that is refused does not wait behind the drain.
std::string refused_behind_a_drain(Machine& m) {
  m.ask("drain", timer_of(m.simulated() ? Duration{50us} : Duration{1ms}, Link::none, drain));
  OperationRequest bad = no_op();
  bad.opcode = Opcode::none;
  if (m.variant() == 1) bad = link_timeout_of(1h);
  m.ask("bad", bad);
  m.ask("after", no_op());
  m.gather();
  return m.story();
}

/// The submission after the chain drains, too.
std::string drain_in_a_chain(Machine& m) {
  std::error_code error;
  const OperatingSystem::Pipe pipe = m.os().open_pipe("pipe", error);
  m.ask("a", no_op(Link::soft));
  m.ask("b", no_op(Link::none, drain));
  m.gather();
  m.ask("read", read_of(pipe.reader, 1));
  m.submit();
  m.ask("after", no_op());
  let_happen(m);
  return m.story();
}

std::string link_timeout_of_a_drained_accept(Machine& m) {
  const Handle listener = m.listener();
  OperationRequest accept = on_handle(Opcode::accept, listener);
  accept.multishot = true;
  accept.link = Link::soft;
  m.ask("many", with_flags(accept, drain));
  m.ask("timeout", link_timeout_of(50us));
  let_happen(m);
  return m.story();
}

/// The worker that executed the first operation continues with the second and blocks in it.
std::string chain_behind_a_worker(Machine& m) {
  std::error_code error;
  const OperatingSystem::Pipe pipe = m.os().open_pipe("pipe", error);
  const Handle file = m.file("content");
  m.forget();
  OperationRequest sync = on_handle(Opcode::fsync, file);
  sync.link = Link::hard;
  m.ask("sync", sync);
  const OperationToken read = m.ask("read", read_of(pipe.reader, 4));
  m.gather({"sync"});
  m.ask("cancel", cancel_of(read));
  let_happen(m);
  return m.story();
}

/// A hard link starts its successor when its predecessor is cancelled, and that one is executed.
std::string release_of_a_chain(Machine& m) {
  std::error_code error;
  const OperatingSystem::Pipe silent = m.os().open_pipe("silent", error);
  const OperatingSystem::Pipe pipe = m.os().open_pipe("pipe", error);
  m.ask("_waits", read_of(silent.reader, 4, Link::hard));
  m.ask("_write", write_of(pipe.writer, "done"));
  m.submit();
  m.os().release_all();
  m.ask("read", read_of(pipe.reader, 4));
  let_happen(m);
  return (m.is_over("read") ? m.story() : "nothing was written") + " " + m.text("read");
}

}  // namespace

std::vector<Behaviour> drain_behaviours() {
  return {
      {"drain: a close behind it", "the handle is looked up late: EBADF", close_behind_a_drain, 2,
       false, 60},
      {"drain: a cancel behind it", "ENOENT; EALREADY, and the receive stays",
       cancel_behind_a_drain, 3, false, 90},
      {"drain: refused behind it", "at once", refused_behind_a_drain, 2},
      {"drain: in a chain", "the next submission drains, too", drain_in_a_chain},
      {.name = "drain: accept with a timeout",
       .restates = "a multishot accept's link timeout begins with the first connection",
       .body = link_timeout_of_a_drained_accept,
       .on_epoll = false,
       .refused = true},
      {.name = "worker: the rest of its chain",
       .restates = "EALREADY and EINTR on a ring that does not defer its work",
       .body = chain_behind_a_worker,
       .on_epoll = false,
       .refused = true},
      {"release: what waits", "a hard link's successor still runs", release_of_a_chain, 1, false},
  };
}

}  // namespace proactor_lab::conformance
