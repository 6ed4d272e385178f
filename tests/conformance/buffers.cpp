// Provided buffers, and multishot receives.
#include "tests/conformance/behaviour.hpp"

using namespace std::chrono_literals;

namespace proactor_lab::conformance {
namespace {

void let_arrive(Machine& m) { m.pass(m.simulated() ? Duration{20us} : Duration{200us}); }

OperationRequest receive_many_of(Handle stream, BufferGroup& buffers) {
  return {.opcode = Opcode::receive, .handle = stream, .buffers = &buffers, .multishot = true};
}

std::string receive_many(Machine& m) {
  BufferGroup& buffers = m.provide(4, 8);
  const auto [stream, peer] = m.stream();
  m.forget();
  if (m.variant() == 1) {
    peer->send("ab");
    let_arrive(m);
  }
  m.ask("many", receive_many_of(stream, buffers));
  m.submit();
  if (m.variant() == 0) {
    peer->send("ab");
    let_arrive(m);
  }
  peer->send("cd");
  let_arrive(m);
  peer->end();
  m.gather();
  return m.story();
}

std::string receive_many_cancelled(Machine& m) {
  BufferGroup& buffers = m.provide(4, 8);
  const auto [stream, peer] = m.stream();
  m.forget();
  const OperationToken many = m.ask("many", receive_many_of(stream, buffers));
  m.submit();
  peer->send("ab");
  let_arrive(m);
  m.ask("cancel", cancel_of(many));
  m.gather();
  return m.story();
}

std::string no_buffer_left(Machine& m) {
  BufferGroup& buffers = m.provide(1, 2);
  const auto [stream, peer] = m.stream();
  m.forget();
  if (m.variant() == 2) {  // the end of the stream is pending, and no buffer is left
    m.ask("_one", {.opcode = Opcode::receive, .handle = stream, .buffers = &buffers});
    m.submit();
    peer->send("ab");
    m.gather();
    peer->end();
    let_arrive(m);
    m.forget();
  } else {
    peer->send(m.variant() == 0 ? "abcd" : "ab");
    if (m.variant() == 1) peer->end();
    let_arrive(m);
  }
  m.ask("many", receive_many_of(stream, buffers));
  m.gather();
  return m.story();
}

std::string buf_ring(Machine& m) {
  BufferGroup& buffers = m.provide(2, 4);
  const auto [stream, peer] = m.stream();
  m.forget();
  const OperationRequest request = {
      .opcode = Opcode::receive, .handle = stream, .buffers = &buffers};
  peer->send("abcdefgh");
  let_arrive(m);
  for (const char* name : {"one", "two", "three"}) m.ask(name, request);
  m.gather();
  m.give_back(buffers, "one");
  m.ask("four", request);
  m.submit();
  peer->send("ij");
  m.gather();
  return m.story();
}

std::string ringbuf_read(Machine& m) {
  BufferGroup& buffers = m.provide(2, 4);
  if (m.variant() == 0) {
    std::error_code error;
    const OperatingSystem::Pipe pipe = m.os().open_pipe("pipe", error);
    m.ask("_write", write_of(pipe.writer, "abcdef"));
    m.gather();
    for (const char* name : {"one", "two", "three"}) {
      m.ask(name, {.opcode = Opcode::read, .handle = pipe.reader, .buffers = &buffers});
    }
    m.gather();
    return m.story();
  }
  const Handle file = m.file("abcdef");
  m.forget();
  const std::uint64_t offset = m.variant() == 1 ? 0 : 4;
  m.ask("one", {.opcode = Opcode::read, .handle = file, .buffers = &buffers, .offset = offset});
  m.gather();
  return m.story();
}

std::string receive_from_a_file(Machine& m) {
  BufferGroup& buffers = m.provide(1, 4);
  const Handle file = m.file("abcdef");
  if (m.variant() == 1) {  // not even a missing buffer is reported first
    m.ask("_read", {.opcode = Opcode::read, .handle = file, .buffers = &buffers});
    m.gather();
  }
  m.forget();
  m.ask("receive", {.opcode = Opcode::receive,
                    .handle = file,
                    .buffers = &buffers,
                    .multishot = m.variant() == 2});
  m.gather();
  return m.story();
}

/// A read is not multishot.
std::string read_many(Machine& m) {
  BufferGroup& buffers = m.provide(2, 4);
  std::error_code error;
  if (m.variant() == 0) {
    const OperatingSystem::Pipe pipe = m.os().open_pipe("pipe", error);
    OperationRequest read = on_handle(Opcode::read, pipe.reader);
    read.buffers = &buffers;
    read.multishot = true;
    m.ask("many", read);
    m.submit();
    m.ask("_write", write_of(pipe.writer, "abcdef"));
    m.pass(100us);
    return m.story();
  }
  const auto [stream, peer] = m.stream();
  m.forget();
  OperationRequest request = on_handle(Opcode::read, stream);
  request.multishot = true;
  if (m.variant() == 1) {
    request.buffers = &buffers;
  } else {  // nor is a receive without provided buffers
    request.opcode = Opcode::receive;
    request.length = 2;
  }
  m.ask("many", request);
  m.submit();
  peer->send("abcdef");
  let_arrive(m);
  return m.story();
}

}  // namespace

std::vector<Behaviour> buffer_behaviours() {
  return {
      {"recv-multishot", "recv-multishot.c; end of stream: 0", receive_many, 2},
      {"recv-multishot: cancelled", "recv-multishot.c", receive_many_cancelled},
      {"recv-multishot: no buffer left", "ENOBUFS, even when the end of stream is waiting",
       no_buffer_left, 3},
      {"buf-ring", "buf-ring.c", buf_ring},
      {"ringbuf-read", "ringbuf-read.c", ringbuf_read, 1},
      {"buffers: a receive of a file", "ENOTSOCK", receive_from_a_file, 3},
      {"buffers: a multishot read", "completes once", read_many, 3},
      {"ringbuf-read: of a file", "ringbuf-read.c", ringbuf_read, 3, false},
  };
}

}  // namespace proactor_lab::conformance
