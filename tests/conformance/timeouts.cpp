// Timers, and link timeouts, which limit the operation that they are linked to.
#include "tests/conformance/behaviour.hpp"

using namespace std::chrono_literals;

namespace proactor_lab::conformance {
namespace {

std::string timeout(Machine& m) {
  switch (m.variant()) {
    case 0:
      m.ask("long", timer_of(200us));
      m.ask("short", timer_of(50us));
      break;
    case 1:  // a deadline in the past
      m.ask("past", {.opcode = Opcode::timer, .deadline = m.os().now()});
      break;
    case 2: {
      const OperationToken timer = m.ask("timer", timer_of(1h));
      m.submit();
      m.ask("cancel", cancel_of(timer));
      break;
    }
    default: {
      const Instant moment = m.os().now() + 100us;
      m.ask("one", {.opcode = Opcode::timer, .deadline = moment});
      if (m.variant() == 4) m.change_processor();
      m.ask("two", {.opcode = Opcode::timer, .deadline = moment});
      break;
    }
  }
  m.gather();
  return m.story();
}

std::string link_timeout_fires(Machine& m) {
  const auto [stream, peer] = m.stream();
  m.forget();
  m.ask("receive", receive_of(stream, 4, Link::soft));
  const bool chain = m.variant() == 2;
  OperationRequest bound = link_timeout_of(m.variant() == 1 ? Duration{0} : Duration{50us});
  if (chain) bound.link = Link::soft;
  m.ask("timeout", bound);
  if (chain) m.ask("next", no_op());
  m.gather();
  return m.story();
}

/// The bytes arrive at about the time when the timeout expires.
std::string link_timeout_race(Machine& m) {
  const auto [stream, peer] = m.stream();
  m.forget();
  m.ask("receive", receive_of(stream, 4, Link::soft));
  m.ask("timeout", link_timeout_of(60us));
  if (m.simulated()) {
    m.later(60us - m.latency(), [to = peer] { to->send("byte"); });
  } else {
    m.later(40us, [&m, to = peer] {
      m.jitter();
      to->send("byte");
    });
  }
  if (m.variant() == 1) m.look_away(120us);  // both happen before the program looks
  m.gather();
  return m.story();
}

std::string link_timeout_not_needed(Machine& m) {
  if (m.variant() == 0) {
    m.ask("no_op", no_op(Link::soft));
    m.ask("timeout", link_timeout_of(1h));
  } else {
    const auto [stream, peer] = m.stream();
    m.forget();
    m.ask("receive", receive_of(stream, 4, Link::soft));
    m.ask("timeout", link_timeout_of(1h));
    if (m.variant() == 2) m.submit();
    peer->send("byte");
  }
  m.gather();
  return m.story();
}

std::string link_timeout_of_nobody(Machine& m) {
  if (m.variant() == 0) {
    m.ask("timeout", link_timeout_of(50us));
    m.ask("other", no_op());
  } else if (m.variant() == 1) {
    OperationRequest first = link_timeout_of(50us);
    first.link = Link::hard;
    m.ask("timeout", first);
    m.ask("next", no_op());
  } else {
    OperationRequest first = link_timeout_of(50us);
    first.link = Link::soft;
    m.ask("no_op", no_op(Link::soft));
    m.ask("timeout", first);
    m.ask("second", link_timeout_of(50us));
  }
  m.gather();
  return m.story();
}

/// A kernel thread may be working on the target.
std::string link_timeout_of_a_sync(Machine& m) {
  const Handle file = m.file("content");
  m.ask("write", write_of(file, "new"));
  m.gather();
  m.forget();
  OperationRequest sync = on_handle(Opcode::fsync, file);
  sync.link = Link::soft;
  m.ask("sync", sync);
  const Duration about = m.simulated() ? Duration{50us} : Duration{5us};
  m.ask("timeout", link_timeout_of(m.variant() == 0   ? Duration{0}
                                   : m.variant() == 1 ? Duration{1h}
                                                      : about));
  m.gather();
  return m.story();
}

}  // namespace

std::vector<Behaviour> timeout_behaviours() {
  return {
      {"timeout", "timeout.c", timeout, 5},
      {"link-timeout: fires", "ETIME before the target's ECANCELED, mostly", link_timeout_fires, 3,
       true, 150},
      {"link-timeout: race", "the target wins: ECANCELED, ENOENT or ETIME", link_timeout_race, 2,
       true, 300},
      {"link-timeout: not needed", "link-timeout.c", link_timeout_not_needed, 3},
      {"link-timeout: of a sync",
       "EALREADY where it runs and cannot be stopped",
       link_timeout_of_a_sync,
       3,
       false,
       60,
       {.disk_latency = 50us}},
      {"link-timeout: of nobody", "EINVAL", link_timeout_of_nobody, 3},
  };
}

}  // namespace proactor_lab::conformance
