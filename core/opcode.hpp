// The verbs: what can be asked of an operating system asynchronously.
#pragma once

#include <cstdint>
#include <string_view>

namespace proactor_lab {

enum class Opcode : std::uint8_t {
  none,
  accept,
  connect,
  receive,
  send,
  timer,
  shutdown,
  close,
  cancel,
};

/// The enumerator's own name, as it stands in traces.
constexpr std::string_view name_of(Opcode opcode) {
  switch (opcode) {
    case Opcode::none:
      return "none";
    case Opcode::accept:
      return "accept";
    case Opcode::connect:
      return "connect";
    case Opcode::receive:
      return "receive";
    case Opcode::send:
      return "send";
    case Opcode::timer:
      return "timer";
    case Opcode::shutdown:
      return "shutdown";
    case Opcode::close:
      return "close";
    case Opcode::cancel:
      return "cancel";
  }
  return "unknown";
}

}  // namespace proactor_lab
