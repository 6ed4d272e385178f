// Rings that are full, submissions that are refused, and the order of completions.
#include "tests/conformance/behaviour.hpp"

using namespace std::chrono_literals;

namespace proactor_lab::conformance {
namespace {

/// No completion is lost, and submissions are still accepted.
std::string cq_overflow(Machine& m) {
  constexpr int count = 20;
  std::string expected;
  for (int i = 0; i < count; ++i) {
    const std::string name = "n" + std::to_string(i);
    m.ask(name, no_op());
    expected += (i > 0 ? " " : "") + name + "=0";
  }
  m.submit();
  const bool overflowed = m.overflows() > 0;
  m.gather();
  return std::string(m.story() == expected ? "all in order" : m.story()) +
         (overflowed ? ", overflowed" : ", fitted");
}

/// A multishot operation ends if the completion queue has no room.
std::string many_with_a_full_queue(Machine& m) {
  BufferGroup& buffers = m.provide(16, 1);
  const auto [stream, peer] = m.stream();
  m.forget();
  peer->send("abcdefgh");
  m.pass(m.simulated() ? Duration{20us} : Duration{200us});
  m.ask("many",
        {.opcode = Opcode::receive, .handle = stream, .buffers = &buffers, .multishot = true});
  m.gather({"many"});
  return m.story();
}

/// A full submission queue has no room until something is submitted.
std::string sq_full(Machine& m) {
  constexpr int count = 5;
  std::vector<Handle> listeners;
  for (int i = 0; i < count; ++i) listeners.push_back(m.listener());
  for (int i = 0; i < count; ++i) {
    m.ask("c" + std::to_string(i),
          on_handle(Opcode::close, listeners[static_cast<std::size_t>(i)]));
  }
  int closed = 0;
  for (const Handle each : listeners) closed += m.os().local_endpoint(each).port == 0;
  m.gather();
  // The backend submits internal operations as well, so the exact number is not specified.
  const bool some = closed > 0 && closed < count;
  return std::string(some ? "some before waiting, then " : "not in pieces, then ") + m.story();
}

std::string drop_submit(Machine& m) {
  m.ask("before", no_op());
  m.ask("bad", {.opcode = Opcode::none});
  m.ask("after", no_op());
  m.gather();
  return m.story();
}

/// A result of a multishot receive does not wait for operations that were submitted with it.
std::string order_of_many(Machine& m) {
  BufferGroup& buffers = m.provide(4, 8);
  const auto [stream, peer] = m.stream();
  peer->send("ab");
  m.pass(m.simulated() ? Duration{20us} : Duration{200us});
  m.forget();
  m.ask("first", no_op());
  if (m.variant() == 1) m.submit();
  m.ask("many",
        {.opcode = Opcode::receive, .handle = stream, .buffers = &buffers, .multishot = true});
  m.pass(50us);
  return m.story();
}

std::string order_of_streams(Machine& m) {
  const auto [one, one_peer] = m.stream();
  const auto [two, two_peer] = m.stream();
  m.forget();
  m.ask("one", receive_of(one, 4));
  m.ask("two", receive_of(two, 4));
  m.submit();
  Peer* const first = m.variant() == 1 ? two_peer : one_peer;
  Peer* const second = m.variant() == 1 ? one_peer : two_peer;
  first->send("a");
  second->send("b");
  m.gather();
  return m.story();
}

std::string order_with_the_disk(Machine& m) {
  const Handle file = m.file("abc");
  m.ask("write", write_of(file, "new"));
  m.gather();
  m.forget();
  m.ask("sync", on_handle(Opcode::fsync, file));
  if (m.variant() == 1) m.pass(1ms);
  m.ask("no_op", no_op());
  m.gather();
  return m.story();
}

}  // namespace

std::vector<Behaviour> ring_behaviours() {
  const Needs small{.submission_entries = 4, .completion_entries = 4};
  const Needs slow_disk{.disk_latency = 50us};
  return {
      {"cq-overflow", "cq-overflow.c: nothing lost, submits still accepted", cq_overflow, 1, false,
       12, small},
      {"cq-overflow: multishot", "multishot ends where the queue is full", many_with_a_full_queue,
       1, false, 12, small},
      {"sq-full", "sq-full.c", sq_full, 1, false, 12, small},
      {"drop-submit", "drop-submit.c", drop_submit},
      {"order: one of many", "completions come in any order", order_of_many, 2},
      {"order: two streams", "completions come in any order", order_of_streams, 2},
      {"order: the disk", "completions come in any order", order_with_the_disk, 2, false, 24,
       slow_disk},
  };
}

}  // namespace proactor_lab::conformance
