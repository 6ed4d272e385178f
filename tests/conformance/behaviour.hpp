// A behaviour of the kernel, written as one body that runs on every system. It returns what
// happened as a string. The string contains what systems may do differently and leaves out noise.
#pragma once

#include <string>
#include <vector>

#include "tests/conformance/machine.hpp"

namespace proactor_lab::conformance {

struct Behaviour {
  const char* name;
  /// The liburing test that it restates, or the kernel's documented behaviour.
  const char* restates;
  std::string (*body)(Machine&);
  int variants = 1;      ///< number of ways to set it up, tried one after the other
  bool on_epoll = true;  ///< also run on epoll, where the loop thread moves the bytes
  unsigned live_runs = 24;
  Needs needs{};
  bool usually = false;  ///< every variant has one usual outcome: live, the most frequent one
  bool refused = false;  ///< with full freedom the simulator reports NotModelled
};

// Each is defined in the file of that name.
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

// Requests that many bodies use.
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
