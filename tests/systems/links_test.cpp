// How a trace shows chains, on all systems.
#include <array>
#include <set>
#include <string>

#include "tests/support/catch.hpp"
#include "tests/systems/both_systems.hpp"
#include "tests/systems/outcomes.hpp"

using namespace proactor_lab;
using namespace proactor_lab::testing;

namespace {

/// Three sends on one stream, initiated at once, each linked to the next by `link`. The simulated
/// stream takes the first, and the others wait for buffer space.
Trace trace_of_sends(SystemKind kind, Link link) {
  SystemOptions options = on(kind);
  options.send_buffer = 6;
  System system(options);
  const auto [near, far] = system.connected_pair();
  std::array<std::string, 3> texts{"first ", "second", "third "};
  for (std::string& text : texts) {
    system.proactor().initiate({.opcode = Opcode::send,
                                .handle = near,
                                .length = static_cast<std::uint32_t>(text.size()),
                                .data = reinterpret_cast<std::byte*>(text.data()),
                                .link = &text == &texts.back() ? Link::none : link},
                               [](std::error_code, std::size_t) {});
  }
  system.run();
  system.destroy_proactor();
  return system.trace();
}

std::set<std::string> broken_by(const Trace& trace) {
  std::set<std::string> rules;
  for (const Violation& violation : check_rules(trace)) rules.insert(violation.rule);
  return rules;
}

}  // namespace

TEST_CASE("a chain's sends are told as linked, and may be in flight together") {
  ON_ALL_SYSTEMS;
  const Trace trace = trace_of_sends(kind, Link::soft);
  std::string linked;
  for (const Event& event : trace.events) {
    if (event.kind == EventKind::operation_initiated && trace.text(event.opcode) == "send") {
      linked += event.more ? "linked " : "alone ";
    }
  }
  CHECK(linked == "linked linked alone ");
  CHECK(broken_by(trace).empty());
}

TEST_CASE("sends that nothing ties together are too many at once") {
  ON_ALL_SYSTEMS;
  const std::set<std::string> broken = broken_by(trace_of_sends(kind, Link::none));
  // Epoll executes each operation immediately: if there is buffer space, they are in flight one
  // after the other.
  const bool waits = kind != SystemKind::epoll;
  CHECK(broken == (waits ? std::set<std::string>{"one_write_at_a_time"} : std::set<std::string>{}));
}
