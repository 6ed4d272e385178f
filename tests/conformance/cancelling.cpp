// Cancels: what they find, their results, and the order of completions.
#include <cstring>

#include "tests/conformance/behaviour.hpp"

using namespace std::chrono_literals;

namespace proactor_lab::conformance {
namespace {

std::string cancel_of_a_receive(Machine& m) {
  const auto [stream, peer] = m.stream();
  m.forget();
  const OperationToken receive = m.ask("receive", receive_of(stream, 4));
  if (m.variant() != 1) m.pass(20us);
  m.ask("cancel", cancel_of(receive));
  if (m.variant() == 3) m.pass(20us);
  if (m.variant() >= 2) m.ask("after", no_op());
  m.gather();
  return m.story();
}

std::string cancel_of_nobody(Machine& m) {
  m.ask("over", no_op());
  const OperationToken never;
  if (m.variant() == 0) m.submit();
  m.ask("cancel_over", cancel_of(m.token("over")));
  m.ask("cancel_never", cancel_of(never));
  m.gather();
  return m.story();
}

/// The disk may have started the sync by then, and it can no longer be cancelled.
std::string cancel_of_a_sync(Machine& m) {
  const Handle file = m.file("content");
  m.forget();
  m.ask("write", write_of(file, "new"));
  m.gather();
  m.forget();
  const OperationToken sync = m.ask("sync", on_handle(Opcode::fsync, file));
  if (m.variant() > 0) m.submit();
  if (m.variant() == 1) m.jitter();
  if (m.variant() == 2) m.pass(1ms);
  m.ask("cancel", cancel_of(sync));
  m.gather();
  return m.story();
}

std::string cancel_of_all_on_a_handle(Machine& m) {
  const auto [stream, peer] = m.stream();
  const auto [other, other_peer] = m.stream();
  m.forget();
  m.ask("a", receive_of(stream, 4));
  m.ask("b", on_handle(Opcode::poll, stream));
  m.ask("c", receive_of(stream, 4));
  m.ask("_other", receive_of(other, 4));
  if (m.variant() > 0) m.pass(20us);
  m.ask("all", on_handle(Opcode::cancel_handle, stream));
  m.gather({"a", "b", "c", "all"});
  // The order in which cancelled operations complete is not specified.
  return "all=" + m.result("all") + " a=" + m.result("a") + " b=" + m.result("b") +
         " c=" + m.result("c") + (m.is_over("_other") ? " other=over" : " other=pending");
}

std::string io_cancel(Machine& m) {
  std::error_code error;
  const OperatingSystem::Pipe pipe = m.os().open_pipe("pipe", error);
  const OperationToken one = m.ask("one", read_of(pipe.reader, 4));
  const OperationToken two = m.ask("two", read_of(pipe.reader, 4));
  if (m.variant() > 0) m.pass(20us);
  m.ask("cancel_two", cancel_of(two));
  m.gather({"two", "cancel_two"});
  m.ask("cancel_one", cancel_of(one));
  m.gather();
  return m.story();
}

std::string poll_cancel_all(Machine& m) {
  const auto [stream, peer] = m.stream();
  m.forget();
  for (const char* name : {"a", "b"}) m.ask(name, on_handle(Opcode::poll, stream));
  if (m.variant() > 0) m.pass(20us);
  m.ask("all", {.opcode = Opcode::cancel_all});
  m.gather();
  return "all=" + m.result("all") + " a=" + m.result("a") + " b=" + m.result("b");
}

std::string sync_cancel(Machine& m) {
  std::error_code error;
  const OperatingSystem::Pipe pipe = m.os().open_pipe("pipe", error);
  const OperationToken read = m.ask("read", read_of(pipe.reader, 4));
  if (m.variant() > 0) m.submit();
  std::int32_t first = m.os().cancel_now(read);
  if (m.variant() == 0) {
    m.submit();
    m.os().cancel_now(read);
  }
  m.gather();
  const std::int32_t second = m.os().cancel_now(read);
  const auto name = [](std::int32_t result) { return result < 0 ? strerrorname_np(-result) : "0"; };
  return std::string("first=") + name(first) + " " + m.story() + " second=" + name(second);
}

/// The receive either gets the bytes or is cancelled, never both or neither. No byte is lost.
std::string cancel_race(Machine& m) {
  const auto [stream, peer] = m.stream();
  m.forget();
  const OperationToken receive = m.ask("receive", receive_of(stream, 4));
  m.pass(20us);
  m.ask("_moment", timer_of(20us + m.latency()));
  m.later(20us, [to = peer] { to->send("byte"); });
  m.gather({"_moment"});
  if (m.variant() == 1) m.jitter();
  m.ask("cancel", cancel_of(receive));
  m.gather({"receive", "cancel"});
  const std::string story = m.story();
  if (m.result("receive") != "ECANCELED") return story + " bytes=" + m.text("receive");
  m.ask("then", receive_of(stream, 4));
  m.gather();
  return story + " then=" + m.text("then");
}

std::string cancelled_twice(Machine& m) {
  const auto [stream, peer] = m.stream();
  m.forget();
  const bool timer = m.variant() >= 2;
  const OperationToken target =
      timer ? m.ask("target", timer_of(1h)) : m.ask("target", receive_of(stream, 4));
  m.pass(20us);
  m.ask("one", cancel_of(target));
  if (m.variant() % 2 == 1) m.gather();
  m.ask("two", cancel_of(target));
  m.gather();
  return std::string(timer ? "timer: " : "receive: ") + m.story();
}

/// Until the target's own completion, its buffer belongs to the system: here it was half full.
std::string buffer_after_a_cancel(Machine& m) {
  const auto [stream, peer] = m.stream();
  m.forget();
  OperationRequest request = receive_of(stream, 4);
  request.flags = OperationFlags::wait_all;
  const OperationToken receive = m.ask("receive", request);
  peer->send("ab");
  m.pass(m.simulated() ? Duration{20us} : Duration{200us});
  m.ask("cancel", cancel_of(receive));
  m.gather();
  return m.story() + " buffer=" + m.text("receive");
}

}  // namespace

std::vector<Behaviour> cancelling_behaviours() {
  return {
      {"cancel: a pending receive", "the cancel's completion comes before the target's",
       cancel_of_a_receive, 4},
      {"cancel: unknown or over", "ENOENT", cancel_of_nobody, 2},
      {"cancel: the disk is at work",
       "EALREADY where it runs and cannot be stopped",
       cancel_of_a_sync,
       3,
       false,
       60,
       {.disk_latency = 50us}},
      {"cancel: all on a handle", "the result is the count", cancel_of_all_on_a_handle, 2},
      {"cancel: twice", "found again until its completion is there", cancelled_twice, 4},
      {"cancel: race with bytes", "cancel-race: never both or neither", cancel_race, 2, true, 80},
      {"cancel: the buffer", "buffers live until the target's completion", buffer_after_a_cancel},
      {"io-cancel", "io-cancel.c", io_cancel, 2},
      {"poll-cancel-all", "poll-cancel-all.c", poll_cancel_all, 2},
      {"sync-cancel", "sync-cancel.c", sync_cancel, 2, false},
  };
}

}  // namespace proactor_lab::conformance
