// A behaviour of the kernel, as one body that runs on every system. It tells what happened as a
// string: what systems may do differently stands in it, what is noise does not.
#pragma once

#include <string>
#include <vector>

#include "tests/conformance/machine.hpp"

namespace proactor_lab::conformance {

struct Behaviour {
  const char* name;
  /// The liburing test it re-expresses, or what the kernel is said to do.
  const char* restates;
  std::string (*body)(Machine&);
  int variants = 1;      ///< ways of being set up, tried in turn
  bool on_epoll = true;  ///< also where the loop thread moves the bytes
  unsigned live_runs = 24;
  Needs needs{};
  bool usually = false;  ///< each way to set it up has one usual outcome: live the most frequent
  bool refused = false;  ///< with full freedom the simulator says that it does not model it
};

// Each in its file.
std::vector<Behaviour> cancelling_behaviours();
std::vector<Behaviour> chain_behaviours();
std::vector<Behaviour> timeout_behaviours();
std::vector<Behaviour> stream_behaviours();
std::vector<Behaviour> ending_behaviours();
std::vector<Behaviour> waiting_behaviours();
std::vector<Behaviour> connection_behaviours();
std::vector<Behaviour> buffer_behaviours();
std::vector<Behaviour> ring_behaviours();
std::vector<Behaviour> drain_behaviours();
std::vector<Behaviour> skipping_behaviours();

// What many bodies ask for.
inline OperationRequest receive_of(Handle handle, std::uint32_t length, Link link = Link::none) {
  return {.opcode = Opcode::receive, .handle = handle, .length = length, .link = link};
}
inline OperationRequest send_of(Handle handle, std::string_view text, Link link = Link::none) {
  return {.opcode = Opcode::send,
          .handle = handle,
          .length = static_cast<std::uint32_t>(text.size()),
          .data = reinterpret_cast<std::byte*>(const_cast<char*>(text.data())),
          .link = link};
}
inline OperationRequest read_of(Handle handle, std::uint32_t length, Link link = Link::none) {
  return {.opcode = Opcode::read, .handle = handle, .length = length, .link = link};
}
inline OperationRequest write_of(Handle handle, std::string_view text, Link link = Link::none) {
  OperationRequest request = send_of(handle, text, link);
  request.opcode = Opcode::write;
  return request;
}
inline OperationRequest no_op(Link link = Link::none, OperationFlags flags = OperationFlags::none) {
  return {.opcode = Opcode::no_op, .link = link, .flags = flags};
}
inline OperationRequest timer_of(Duration delay, Link link = Link::none,
                                 OperationFlags flags = OperationFlags::none) {
  return {.opcode = Opcode::timer,
          .link = link,
          .flags = flags,
          .deadline = Instant{} + delay,
          .relative = true};
}
inline OperationRequest link_timeout_of(Duration delay) {
  return {.opcode = Opcode::link_timeout, .deadline = Instant{} + delay, .relative = true};
}
inline OperationRequest cancel_of(OperationToken target) {
  return {.opcode = Opcode::cancel, .target = target};
}
inline OperationRequest on_handle(Opcode opcode, Handle handle) {
  return {.opcode = opcode, .handle = handle};
}

}  // namespace proactor_lab::conformance
