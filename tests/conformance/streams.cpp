// Bytes through streams, datagrams and pipes, and how these end.
#include <algorithm>

#include "tests/conformance/behaviour.hpp"

using namespace std::chrono_literals;

namespace proactor_lab::conformance {
namespace {

/// Live, the world's bytes arrive almost at once; simulated, after a latency.
void let_arrive(Machine& m) { m.pass(m.simulated() ? Duration{20us} : Duration{200us}); }

std::string close_with_a_receive_pending(Machine& m) {
  const auto [stream, peer] = m.stream();
  m.forget();
  m.ask("receive", receive_of(stream, 4));
  if (m.variant() == 0) m.submit();
  m.ask("close", on_handle(Opcode::close, stream));
  m.gather({"close"});
  m.pass(20us);
  peer->send("late");
  m.gather();
  return m.story() + " bytes=" + m.text("receive");
}

/// The deferred receive has not looked up its handle yet.
std::string close_before_a_deferred_receive(Machine& m) {
  const auto [stream, peer] = m.stream();
  m.forget();
  m.ask("before", timer_of(200us));
  OperationRequest receive = receive_of(stream, 4);
  receive.flags = OperationFlags::drain;
  m.ask("receive", receive);
  m.submit();
  if (m.variant() == 0) m.os().close(stream);
  peer->send("late");
  m.gather();
  return m.story();
}

std::string shutdown_with_a_receive_pending(Machine& m) {
  const auto [stream, peer] = m.stream();
  m.forget();
  m.ask("receive", receive_of(stream, 4));
  if (m.variant() != 1) m.submit();
  OperationRequest request = on_handle(Opcode::shutdown, stream);
  request.side = m.variant() == 2 ? ShutdownSide::send : ShutdownSide::both;
  m.ask("shutdown", request);
  m.ask("send", send_of(stream, "x"));
  m.gather({"shutdown", "send"});
  m.pass(50us);
  return m.story();
}

std::string peer_resets(Machine& m) {
  const auto [stream, peer] = m.stream();
  m.forget();
  m.ask("receive", receive_of(stream, 4));
  m.submit();
  peer->reset();
  m.gather();
  m.ask("send", send_of(stream, "x"));
  m.gather();
  return m.story();
}

std::string peer_closes(Machine& m) {
  const auto [stream, peer] = m.stream();
  m.forget();
  m.ask("receive", receive_of(stream, 4));
  m.submit();
  peer->close();
  m.gather();
  for (const char* name : {"first", "second"}) {
    m.ask(name, send_of(stream, "x"));
    m.gather();
    let_arrive(m);
  }
  return m.story();
}

/// Reads on one pipe are not served first come, first served.
std::string two_reads_on_one_pipe(Machine& m) {
  std::error_code error;
  const OperatingSystem::Pipe pipe = m.os().open_pipe("pipe", error);
  m.ask("old", read_of(pipe.reader, 1));
  m.submit();
  m.ask("new", read_of(pipe.reader, 1));
  m.submit();
  if (m.variant() == 1) {
    // One gets a byte and a new read is started. The other has waited longer, and was woken in
    // vain.
    m.ask("_write", write_of(pipe.writer, "x"));
    if (!m.simulated()) m.jitter();
    m.pass(50us);
    const bool old_is_over = m.is_over("old");
    m.forget();
    m.ask("newest", read_of(pipe.reader, 1));
    m.submit();
    m.ask("_again", write_of(pipe.writer, "y"));
    m.pass(100us);
    const char* const waited = old_is_over ? "new" : "old";
    return std::string("got=") + (m.is_over(waited) ? "older" : "newer");
  }
  m.ask("_write", write_of(pipe.writer, "x"));
  m.pass(100us);
  return std::string("got=") + (m.is_over("old") ? "older" : "newer");
}

std::string pipe_eof(Machine& m) {
  std::error_code error;
  const OperatingSystem::Pipe pipe = m.os().open_pipe("pipe", error);
  if (m.variant() == 0) {  // the end comes while the read waits
    m.ask("read", read_of(pipe.reader, 8));
    m.submit();
    m.ask("close", on_handle(Opcode::close, pipe.writer));
  } else {
    m.ask("write", write_of(pipe.writer, "abc", Link::soft));
    m.ask("close", on_handle(Opcode::close, pipe.writer));
    m.gather();
    m.ask("read", read_of(pipe.reader, 8));
    m.gather();
    m.ask("end", read_of(pipe.reader, 8));
  }
  m.gather();
  return m.story();
}

std::string send_recvmsg(Machine& m) {
  std::error_code error;
  const Handle to = m.os().open_datagram_socket({loopback_address, 0}, "to", error);
  const Handle from = m.os().open_datagram_socket({loopback_address, 0}, "from", error);
  Endpoint sender;
  const std::uint32_t room = m.variant() == 1 ? 2 : 8;  // bytes that do not fit are lost
  if (m.variant() == 2) m.ask("send", send_of(to, "x"));
  m.ask("receive",
        {.opcode = Opcode::receive_from, .handle = to, .length = room, .sender = &sender});
  OperationRequest send = send_of(from, "data");
  send.opcode = Opcode::send_to;
  send.endpoint = {loopback_address, m.os().local_endpoint(to).port};
  m.ask("send_to", send);
  m.gather();
  const bool known = sender.port == m.os().local_endpoint(from).port;
  return m.story() + " bytes=" + m.text("receive") + (known ? " known" : " unknown");
}

/// A receive that waits for all waits for one datagram only.
std::string receive_all_of_a_datagram(Machine& m) {
  std::error_code error;
  const Handle to = m.os().open_datagram_socket({loopback_address, 0}, "to", error);
  OperationRequest receive = receive_of(to, 8, Link::soft);
  receive.flags = OperationFlags::wait_all;
  m.ask("receive", receive);
  m.ask("next", no_op());
  OperationRequest send = send_of(to, "data");
  send.opcode = Opcode::send_to;
  send.endpoint = {loopback_address, m.os().local_endpoint(to).port};
  m.ask("_send", send);
  m.gather();
  return m.story();
}

std::string receive_all_of_a_stream(Machine& m) {
  const auto [stream, peer] = m.stream();
  m.forget();
  OperationRequest receive = receive_of(stream, 8);
  if (m.variant() != 1) receive.flags = OperationFlags::wait_all;
  m.ask("receive", receive);
  m.submit();
  peer->send("abcd");
  m.pass(m.simulated() ? Duration{20us} : Duration{100us});
  const bool early = m.is_over("receive");
  peer->send("efgh");
  if (m.variant() == 2) peer->reset();
  let_arrive(m);
  m.gather();
  return std::string(early ? "early " : "") + m.story() + " bytes=" + m.text("receive");
}

/// The bytes come in two pieces. The receive may get only the first.
std::string short_receive(Machine& m) {
  const auto [stream, peer] = m.stream();
  m.forget();
  m.later(20us, [to = peer] { to->send("ab"); });
  m.later(20us + m.latency() * 2, [to = peer] { to->send("cd"); });
  m.pass(m.variant() == 0 ? Duration{5us} : Duration{15us});
  if (m.variant() == 1) m.jitter();
  if (m.variant() == 2) let_arrive(m);
  m.ask("receive", receive_of(stream, 4));
  m.gather();
  return m.value("receive") == 4 ? "whole" : m.value("receive") > 0 ? "short" : m.story();
}

std::string short_send(Machine& m) {
  const auto [stream, peer] = m.stream();
  m.forget();
  static const std::string much(32u << 20, 'x');
  m.ask("send", send_of(stream, m.variant() == 0 ? std::string_view(much) : "little"));
  m.pass(1ms);
  if (!m.is_over("send")) return "waits";
  const bool whole =
      m.value("send") == static_cast<std::int32_t>(m.variant() == 0 ? much.size() : 6);
  return whole ? "whole" : "short";
}

std::string short_read(Machine& m) {
  const Handle file = m.file("abcdef");
  m.forget();
  const std::uint32_t asked = m.variant() == 0 ? 16 : 4;
  OperationRequest read = read_of(file, asked);
  read.offset = m.variant() == 2 ? 6 : 2;
  m.ask("read", read);
  m.gather();
  return m.story();
}

}  // namespace

std::vector<Behaviour> stream_behaviours() {
  return {
      {"close: a receive pending", "stays pending: later bytes still land",
       close_with_a_receive_pending, 2},
      {"close: a receive deferred", "EBADF: it has not looked at its handle",
       close_before_a_deferred_receive, 2},
      {"shutdown",
       "shutdown.c: a pending receive completes with 0",
       shutdown_with_a_receive_pending,
       3,
       true,
       24,
       {}},
      {"reset: by the peer", "receive ECONNRESET, then send EPIPE", peer_resets},
      {"reset: after the peer's close", "the first send succeeds", peer_closes},
      {"pipe: two reads, one byte", "not first come, first served", two_reads_on_one_pipe, 2},
      {"pipe-eof", "pipe-eof.c", pipe_eof, 2},
      {"send_recvmsg", "send_recvmsg.c", send_recvmsg, 3},
      {"recv-msgall", "recv-msgall.c", receive_all_of_a_datagram},
      {"recv-msgall-stream", "recv-msgall-stream.c", receive_all_of_a_stream, 3},
      {"transfers: a receive", "may be short", short_receive, 3, true, 60},
      {"transfers: a send", "may be short", short_send, 2, true, 6},
      {"short-read", "short-read.c; end of file is 0", short_read, 3},
  };
}

}  // namespace proactor_lab::conformance
