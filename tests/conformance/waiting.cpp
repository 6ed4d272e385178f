// Several operations wait for one handle: which are served, and in which order.
#include <tuple>

#include "tests/conformance/behaviour.hpp"

using namespace std::chrono_literals;

namespace proactor_lab::conformance {
namespace {

void let_arrive(Machine& m) { m.pass(m.simulated() ? Duration{20us} : Duration{200us}); }

enum class Kind { pipe, stream, datagram };

/// A handle to wait on, and a way to send bytes to it.
struct Source {
  Source(Machine& machine, Kind of_kind) : m(machine), kind(of_kind) {
    std::error_code error;
    if (kind == Kind::pipe) {
      pipe = m.os().open_pipe("pipe", error);
      handle = pipe.reader;
    } else if (kind == Kind::stream) {
      std::tie(handle, peer) = m.stream();
    } else {
      handle = m.os().open_datagram_socket({loopback_address, 0}, "to", error);
    }
    m.forget();
  }

  OperationRequest one_byte() const {
    return kind == Kind::pipe ? read_of(handle, 1) : receive_of(handle, 1);
  }

  /// Sends a byte. It has not arrived yet when this returns.
  void send() {
    if (kind == Kind::stream) {
      peer->send("x");
    } else if (kind == Kind::pipe) {
      m.ask("_write" + std::to_string(++sent), write_of(pipe.writer, "x"));
    } else {
      OperationRequest send = send_of(handle, "x");
      send.opcode = Opcode::send_to;
      send.endpoint = {loopback_address, m.os().local_endpoint(handle).port};
      m.ask("_send" + std::to_string(++sent), send);
    }
  }

  Machine& m;
  Kind kind;
  Handle handle{};
  OperatingSystem::Pipe pipe;
  Peer* peer = nullptr;
  int sent = 0;
};

Kind kind_of(int variant) { return static_cast<Kind>(variant % 3); }

/// The receive gets the byte, and the polls complete nevertheless.
std::string polls_and_a_receive(Machine& m) {
  Source source(m, kind_of(m.variant()));
  const bool poll_first = m.variant() < 3;
  if (poll_first) m.ask("poll", on_handle(Opcode::poll, source.handle));
  m.ask("receive", source.one_byte());
  if (!poll_first) m.ask("poll", on_handle(Opcode::poll, source.handle));
  m.submit();
  source.send();
  m.gather();
  return m.story();
}

/// The poll was woken before the byte was taken.
std::string receive_after_a_poll_was_woken(Machine& m) {
  Source source(m, kind_of(m.variant()));
  m.ask("poll", on_handle(Opcode::poll, source.handle));
  m.submit();
  source.send();
  m.ask("receive", source.one_byte());
  m.gather();
  return m.story();
}

std::string two_polls(Machine& m) {
  Source source(m, kind_of(m.variant()));
  for (const char* name : {"older", "newer"}) m.ask(name, on_handle(Opcode::poll, source.handle));
  m.submit();
  source.send();
  m.gather();
  return m.story();
}

/// A receive that was woken in vain waits again and then counts as the newest.
std::string three_receives(Machine& m) {
  Source source(m, kind_of(m.variant()));
  for (const char* name : {"one", "two", "three"}) {
    m.ask(name, source.one_byte());
    m.submit();
  }
  for (int i = 0; i < 3; ++i) {
    source.send();
    let_arrive(m);
  }
  m.gather();
  return m.story();
}

/// One of them gets the last buffer. The other completes with the error that none is left.
std::string two_receives_one_buffer(Machine& m) {
  BufferGroup& buffers = m.provide(1, 4);
  Source source(m, kind_of(m.variant()));
  OperationRequest request = source.one_byte();
  request.length = 0;
  request.buffers = &buffers;
  for (const char* name : {"_one", "_two"}) m.ask(name, request);
  m.submit();
  source.send();
  m.gather();
  const std::string one = m.result("_one");
  const std::string two = m.result("_two");
  return (one == "1" ? one : two) + " and " + (one == "1" ? two : one);
}

std::string two_pipe_writers(Machine& m) {
  static const std::string much(65536, 'x');
  std::error_code error;
  const OperatingSystem::Pipe pipe = m.os().open_pipe("pipe", error);
  m.ask("_fill", write_of(pipe.writer, much));
  m.gather();
  const bool polls = m.variant() == 1;
  if (polls) {
    OperationRequest poll = on_handle(Opcode::poll, pipe.writer);
    poll.readiness = Readiness::writable;
    m.ask("poll", poll);
  }
  for (const char* name : {"older", "newer"}) {
    m.ask(name, write_of(pipe.writer, std::string_view(much).substr(0, 4096)));
  }
  m.submit();
  m.ask("_read", read_of(pipe.reader, 4096));
  m.pass(100us);
  m.ask("_again", read_of(pipe.reader, 4096));
  m.pass(100us);
  return m.story();
}

/// The pipe has sixteen pages. A page is free only after all of it was read.
std::string full_pipe(Machine& m) {
  static const std::string much(65536, 'x');
  std::error_code error;
  const OperatingSystem::Pipe pipe = m.os().open_pipe("pipe", error);
  const auto some = [](std::size_t length) { return std::string_view(much).substr(0, length); };
  OperationRequest poll = on_handle(Opcode::poll, pipe.writer);
  poll.readiness = Readiness::writable;
  const auto read = [&](std::uint32_t length) {
    m.ask("_read" + std::to_string(length), read_of(pipe.reader, length));
    m.pass(100us);
  };
  if (m.variant() == 0) {
    m.ask("_fill", write_of(pipe.writer, much));
    m.ask("poll", poll);
    m.pass(100us);
    read(1);
    const std::string early = m.story();
    read(4095);
    return early + " then " + m.story();
  }
  if (m.variant() == 1) {  // a piece of more than half a page takes a whole page
    for (int i = 0; i < 16; ++i)
      m.ask("_piece" + std::to_string(i), write_of(pipe.writer, some(2100)));
    m.ask("small", write_of(pipe.writer, some(1900)));
    m.ask("large", write_of(pipe.writer, some(3000)));
    m.pass(100us);
    const std::string early = m.story();
    read(2100);
    return early + " then " + m.story();
  }
  m.ask("_fill", write_of(pipe.writer, some(65536 - 4086)));  // the last page has room for 4086
  m.ask("odd",
        write_of(pipe.writer,
                 some(5000)));  // the bytes beyond whole pages fit; no page is free for the rest
  m.ask("poll", poll);
  m.pass(100us);
  return m.story();
}

std::string equal_timers(Machine& m) {
  const auto [stream, peer] = m.stream();
  m.forget();
  const Instant moment = m.os().now() + 300us;
  const auto timer = [&](const char* name) {
    m.ask(name, {.opcode = Opcode::timer, .deadline = moment});
  };
  timer("one");
  if (m.variant() == 1) {  // a link timeout expires in order among the timers
    m.ask("_receive", receive_of(stream, 1, Link::soft));
    m.ask("timeout", {.opcode = Opcode::link_timeout, .deadline = moment});
  }
  timer("two");
  if (m.variant() == 0) timer("three");
  m.gather();
  return m.story();
}

/// Bytes that come before the program looks may be received as one.
std::string two_sends_before_a_look(Machine& m) {
  const auto [stream, peer] = m.stream();
  m.forget();
  m.ask("receive", receive_of(stream, 10));
  m.submit();
  peer->send("ab");
  if (m.variant() == 1) m.jitter();
  peer->send("cd");
  m.gather();
  return m.story();
}

/// The program is busy while both arrive.
std::string two_sends_while_busy(Machine& m) {
  const auto [stream, peer] = m.stream();
  m.forget();
  m.ask("receive", receive_of(stream, 10));
  m.submit();
  m.later(10us, [to = peer] { to->send("ab"); });
  m.later(40us, [to = peer] { to->send("cd"); });
  for (int i = 0; i < 2; ++i) {
    m.simulated() ? m.os().compute(50us) : m.look_away(200us);
  }
  m.gather();
  return m.story();
}

}  // namespace

std::vector<Behaviour> waiting_behaviours() {
  std::vector<Behaviour> decided{
      {"wait: a poll and a receive", "both complete, the newest first", polls_and_a_receive, 6},
      {"wait: two polls", "both complete, the newest first", two_polls, 3},
      {"wait: three receives", "the newest first; woken in vain, it is the newest", three_receives,
       3},
      {"wait: two receives, one buffer", "the byte, and ENOBUFS at once", two_receives_one_buffer,
       3},
      {"wait: two pipe writers", "the newest first", two_pipe_writers, 2},
      {"pipe: full", "writable when a page is free", full_pipe, 3},
      {"wait: timers of one moment", "in the order of their arming", equal_timers, 2},
  };
  for (Behaviour& each : decided) each.usually = true;
  decided.push_back(
      {"wait: a poll, and a receive later", "both complete", receive_after_a_poll_was_woken, 3});
  decided.push_back(
      {"two sends before a look", "may be received as one", two_sends_before_a_look, 2});
  decided.push_back(
      {"two sends while the program is busy", "may be received as one", two_sends_while_busy});
  return decided;
}

}  // namespace proactor_lab::conformance
