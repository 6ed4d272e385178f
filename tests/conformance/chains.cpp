// Chains, drains, and successes that are not reported.
#include "tests/conformance/behaviour.hpp"

using namespace std::chrono_literals;

namespace proactor_lab::conformance {
namespace {

OperationRequest failing(Link link = Link::none, OperationFlags flags = OperationFlags::none) {
  return {.opcode = Opcode::poll, .handle = Handle::none, .link = link, .flags = flags};
}

/// A link that breaks cancels all later operations of its chain, also behind hard links.
std::string link(Machine& m) {
  switch (m.variant()) {
    case 0:
      m.ask("a", no_op(Link::soft));
      m.ask("b", no_op());
      break;
    case 1:
      m.ask("a", failing(Link::soft));
      m.ask("b", no_op(Link::soft));
      m.ask("c", no_op());
      break;
    case 2:
      m.ask("a", failing(Link::hard));
      m.ask("b", no_op());
      break;
    case 3:
      m.ask("a", failing(Link::soft));
      m.ask("b", no_op(Link::hard));
      m.ask("c", no_op());
      break;
    case 4:  // two chains, and one operation that belongs to neither
      m.ask("a", no_op(Link::soft));
      m.ask("b", no_op());
      m.ask("c", no_op());
      break;
    default:
      m.ask("a", no_op(Link::soft));
      m.ask("b", no_op());
      m.submit();
      m.ask("c", no_op());
      break;
  }
  m.gather();
  return m.story();
}

std::string short_read_in_a_chain(Machine& m) {
  const Handle file = m.file("abc");
  m.forget();
  const bool hard = m.variant() % 2 == 1;
  m.ask("read", read_of(file, m.variant() < 2 ? 8 : 3, hard ? Link::hard : Link::soft));
  m.ask("next", no_op());
  m.gather();
  return std::string(hard ? "hard: " : "soft: ") + m.story();
}

std::string short_receive_in_a_chain(Machine& m) {
  const auto [stream, peer] = m.stream();
  peer->send("ab");
  peer->end();
  m.pass(m.simulated() ? Duration{20us} : Duration{200us});
  m.forget();
  OperationRequest request = receive_of(stream, 4, m.variant() == 2 ? Link::hard : Link::soft);
  if (m.variant() > 0) request.flags = OperationFlags::wait_all;
  m.ask("receive", request);
  m.ask("next", no_op());
  m.gather();
  return m.story();
}

std::string timer_in_a_chain(Machine& m) {
  const OperationFlags flags =
      m.variant() == 1 ? OperationFlags::expiry_is_success : OperationFlags::none;
  m.ask("timer", timer_of(50us, m.variant() == 2 ? Link::hard : Link::soft, flags));
  m.ask("next", no_op());
  m.gather();
  return m.story();
}

/// An operation that the kernel refuses cancels its whole chain, including the operations before
/// it.
std::string submit_link_fail(Machine& m) {
  const int place = m.variant() % 3;
  const Link kind = m.variant() < 3 ? Link::soft : Link::hard;
  for (int i = 0; i < 3; ++i) {
    const std::string name(1, static_cast<char>('a' + i));
    OperationRequest request = no_op(i < 2 ? kind : Link::none);
    if (i == place) request.opcode = Opcode::none;
    m.ask(name, request);
  }
  m.ask("other", no_op());
  m.gather();
  return m.story();
}

std::string link_drain(Machine& m) {
  const OperationFlags drain = OperationFlags::drain;
  switch (m.variant()) {
    case 0:
      m.ask("timer", timer_of(100us));
      m.ask("drain", no_op(Link::none, drain));
      m.ask("after", no_op());
      break;
    case 1:
      m.ask("timer", timer_of(100us));
      m.ask("a", no_op(Link::soft));
      m.ask("b", no_op(Link::soft, drain));
      m.ask("c", no_op());
      m.ask("after", no_op());
      break;
    case 2:  // the draining operation takes time
      m.ask("before", timer_of(100us));
      m.ask("drain", timer_of(100us, Link::none, drain));
      m.ask("after", no_op());
      m.submit();
      m.ask("later", no_op());
      break;
    case 3:  // the drain continues: operations submitted after it is over wait, too
      m.ask("before", no_op());
      m.ask("drain", no_op(Link::none, drain));
      m.ask("long", timer_of(300us));
      m.gather({"drain"});
      m.ask("later", no_op());
      break;
    default:
      m.ask("before", no_op());
      m.ask("drain", no_op(Link::none, drain));
      m.ask("after", no_op());
      break;
  }
  m.gather();
  return m.story();
}

std::string skip_success(Machine& m) {
  const OperationFlags skip = OperationFlags::skip_success;
  switch (m.variant()) {
    case 0:
      m.ask("a", no_op(Link::none, skip));
      m.ask("b", no_op());
      break;
    case 1:
      m.ask("a", failing(Link::none, skip));
      break;
    case 2:  // the end of the chain is reported
      m.ask("a", no_op(Link::soft, skip));
      m.ask("b", no_op(Link::soft, skip));
      m.ask("c", no_op());
      break;
    case 3:  // a failure is reported despite the flag; then nothing more of the chain
      m.ask("a", failing(Link::soft, skip));
      m.ask("_b", no_op(Link::soft, skip));
      m.ask("_c", no_op(Link::none, skip));
      break;
    case 4:  // cancelled operations are reported despite the flag
      m.ask("a", failing(Link::soft));
      m.ask("b", no_op(Link::soft, skip));
      m.ask("c", no_op(Link::none, skip));
      break;
    default:
      m.ask("a", failing(Link::hard, skip));
      m.ask("b", no_op(Link::none, skip));
      m.ask("c", no_op());
      break;
  }
  m.pass(100us);
  return m.story();
}

}  // namespace

std::vector<Behaviour> chain_behaviours() {
  return {
      {"link", "link.c", link, 6},
      {"link: a short file read", "breaks a soft link, not a hard one", short_read_in_a_chain, 4},
      {"link: a short receive", "breaks only where it waits for all", short_receive_in_a_chain, 3},
      {"link: a timer", "breaks unless expiring is success", timer_in_a_chain, 3},
      {"submit-link-fail", "submit-link-fail.c", submit_link_fail, 6},
      {"link_drain", "link_drain.c", link_drain, 5},
      {"skip-cqe", "skip-cqe.c: errors are still posted", skip_success, 6},
  };
}

}  // namespace proactor_lab::conformance
