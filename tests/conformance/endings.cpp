// The state of a handle after its end: resets, refusals, ends of streams, shutdowns. Also
// operations that move no bytes.
#include <tuple>

#include "tests/conformance/behaviour.hpp"

using namespace std::chrono_literals;

namespace proactor_lab::conformance {
namespace {

void let_arrive(Machine& m) { m.pass(m.simulated() ? Duration{20us} : Duration{200us}); }

/// The bytes that arrived are reported first. That consumes the reset, too.
std::string wait_all_then_reset(Machine& m) {
  const auto [stream, peer] = m.stream();
  m.forget();
  OperationRequest receive = receive_of(stream, 10);
  if (m.variant() < 2) receive.flags = OperationFlags::wait_all;
  if (m.variant() == 0) {
    m.ask("receive", receive);
    m.submit();
  }
  peer->send("hello");
  let_arrive(m);
  peer->reset();
  let_arrive(m);
  if (m.variant() > 0) m.ask("receive", receive);
  m.gather();
  m.ask("next", receive_of(stream, 10));
  m.gather();
  m.ask("send", send_of(stream, "x"));
  m.gather();
  return m.story();
}

/// The connect was refused: the socket reads as ended and may be connected again.
std::string after_a_refused_connect(Machine& m) {
  const Handle listener = m.listener();
  std::error_code error;
  const Handle stream = m.os().open_stream_socket("stream", error);
  OperationRequest connect = on_handle(Opcode::connect, stream);
  connect.endpoint = m.endpoint_of(listener);
  m.os().close(listener);
  m.ask("connect", connect);
  m.gather();
  switch (m.variant()) {
    case 0:
      m.ask("receive", receive_of(stream, 4));
      break;
    case 1: {
      BufferGroup& buffers = m.provide(1, 4);
      m.ask("read", {.opcode = Opcode::read, .handle = stream, .buffers = &buffers});
      m.gather();
      return m.story() + (m.used_buffer("read") ? " with a buffer" : "");
    }
    case 2:
      m.ask("send", send_of(stream, "x"));
      m.ask("poll", on_handle(Opcode::poll, stream));
      break;
    default:
      m.ask("again", connect);
  }
  m.gather();
  m.ask("then", receive_of(stream, 4));
  m.gather();
  return m.story();
}

std::string nothing_on_a_pipe(Machine& m) {
  std::error_code error;
  const OperatingSystem::Pipe pipe = m.os().open_pipe("pipe", error);
  if (m.variant() == 0) {  // empty
    m.ask("read", read_of(pipe.reader, 0));
  } else if (m.variant() == 1) {  // broken
    m.os().close(pipe.reader);
    m.ask("write", write_of(pipe.writer, ""));
    m.ask("more", write_of(pipe.writer, "x"));
  } else {  // full
    static const std::string much(65536, 'x');
    m.ask("fill", write_of(pipe.writer, much));
    m.ask("write", write_of(pipe.writer, ""));
    m.ask("more", write_of(pipe.writer, "x"));
  }
  m.pass(100us);
  return m.story();
}

std::string end_into_a_buffer(Machine& m) {
  BufferGroup& buffers = m.provide(2, 4);
  const bool pipes = m.variant() == 0 || m.variant() == 1;
  const bool pending = m.variant() % 2 == 0;
  Handle handle{};
  std::error_code error;
  OperatingSystem::Pipe pipe;
  Peer* peer = nullptr;
  if (pipes) {
    pipe = m.os().open_pipe("pipe", error);
    handle = pipe.reader;
  } else {
    std::tie(handle, peer) = m.stream();
  }
  m.forget();
  const Opcode verb = m.variant() < 4 ? Opcode::read : Opcode::receive;
  const OperationRequest request = {.opcode = verb, .handle = handle, .buffers = &buffers};
  if (pending) m.ask("first", request);
  if (pending) m.submit();
  if (pipes) {
    m.os().close(pipe.writer);
  } else {
    m.variant() == 6 ? peer->reset() : peer->close();
    let_arrive(m);
  }
  if (!pending) m.ask("first", request);
  m.gather();
  std::string story = m.story() + (m.used_buffer("first") ? " with a buffer" : "");
  for (const char* name : {"second", "third"}) m.ask(name, request);
  m.forget();
  m.gather();
  return story + " then " + m.story();
}

/// The socket reports that it is not connected, and is shut down nevertheless.
std::string datagram_shut_down(Machine& m) {
  std::error_code error;
  const Handle socket = m.os().open_datagram_socket({loopback_address, 0}, "socket", error);
  OperationRequest shutdown = on_handle(Opcode::shutdown, socket);
  switch (m.variant()) {
    case 0:
      m.ask("receive", receive_of(socket, 4));
      m.ask("poll", on_handle(Opcode::poll, socket));
      break;
    case 1: {
      BufferGroup& buffers = m.provide(1, 4);
      m.ask("receive", {.opcode = Opcode::receive, .handle = socket, .buffers = &buffers});
      break;
    }
    case 2:
      shutdown.side = ShutdownSide::send;
      m.ask("receive", receive_of(socket, 4));
      break;
    default:
      m.ask("read", read_of(socket, 4));
  }
  m.submit();
  m.ask("_shutdown", shutdown);
  m.variant() == 2 ? m.gather({"_shutdown"}) : m.gather();
  // Their order differs between rings.
  std::string story = "shutdown=" + m.result("_shutdown");
  for (const char* name : {"receive", "read", "poll"}) {
    if (m.token(name).slot != nullptr) story += std::string(" ") + name + "=" + m.result(name);
  }
  if (m.variant() == 1) story += m.used_buffer("receive") ? " with a buffer" : "";
  m.forget();
  OperationRequest send = send_of(socket, "x");
  send.opcode = Opcode::send_to;
  send.endpoint = {loopback_address, 9};
  m.ask("_send", send);
  m.ask("_next", receive_of(socket, 4));
  m.variant() == 2 ? m.gather({"_send"}) : m.gather();
  return story + " then send=" + m.result("_send") + " receive=" + m.result("_next");
}

std::string datagram_too_long(Machine& m) {
  std::error_code error;
  const Handle socket = m.os().open_datagram_socket({loopback_address, 0}, "socket", error);
  static const std::string much(65600, 'x');
  const std::size_t length = m.variant() == 0 ? 65507 : m.variant() == 1 ? 65508 : 65600;
  OperationRequest send = send_of(socket, std::string_view(much).substr(0, length));
  send.opcode = Opcode::send_to;
  send.endpoint = {loopback_address, m.os().local_endpoint(socket).port};
  m.ask("send", send);
  m.gather();
  return m.story();
}

std::string empty_datagram_into_a_buffer(Machine& m) {
  BufferGroup& buffers = m.provide(1, 4);
  std::error_code error;
  const Handle socket = m.os().open_datagram_socket({loopback_address, 0}, "socket", error);
  const Opcode verb = m.variant() == 0 ? Opcode::receive : Opcode::read;
  m.ask("receive", {.opcode = verb, .handle = socket, .buffers = &buffers});
  OperationRequest send = on_handle(Opcode::send_to, socket);
  send.endpoint = {loopback_address, m.os().local_endpoint(socket).port};
  m.ask("_send", send);
  m.gather();
  return m.story() + (m.used_buffer("receive") ? " with a buffer" : "");
}

}  // namespace

std::vector<Behaviour> ending_behaviours() {
  return {
      {"reset: after a part of all", "the part, then 0, then EPIPE: the reset is used up",
       wait_all_then_reset, 3},
      {"connect: after a refusal", "receives 0, sends EPIPE", after_a_refused_connect, 4},
      {"pipe: nothing", "nothing is read and written at once", nothing_on_a_pipe, 3},
      {"end of stream: into a buffer", "0, and `read` uses a buffer up", end_into_a_buffer, 7},
      {"datagram: shut down", "a pending receive completes with 0", datagram_shut_down, 4},
      {"datagram: too long", "EMSGSIZE", datagram_too_long, 3},
      {"datagram: empty, into a buffer", "0; `read` uses the buffer up",
       empty_datagram_into_a_buffer, 2},
  };
}

}  // namespace proactor_lab::conformance
