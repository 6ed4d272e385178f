// The opcodes: operations that a program can request from an operating system asynchronously.
#pragma once

#include <cstdint>
#include <string_view>

namespace proactor_lab {

enum class Opcode : std::uint8_t {
  none,   ///< no operation of any system: completes with EINVAL
  no_op,  ///< completes at once with 0
  accept,
  connect,
  receive,
  send,
  receive_from,  ///< one datagram and its sender's address
  send_to,
  read,   ///< of a file, at an offset; of a pipe; of a socket, at offset 0: as `receive`
  write,  ///< likewise; on a socket or pipe io_uring raises SIGPIPE, while `send` only reports
          ///< EPIPE
  fsync,
  open,
  timer,
  poll,  ///< waits for readiness, transfers nothing
  shutdown,
  close,
  cancel,         ///< one operation
  cancel_handle,  ///< all on a handle
  cancel_all,
  link_timeout,  ///< limits the time of the operation that it is linked to
};

inline constexpr int opcode_count = static_cast<int>(Opcode::link_timeout) + 1;

/// The enumerator's name, as used in traces.
constexpr std::string_view name_of(Opcode opcode) {
  switch (opcode) {
    case Opcode::none:
      return "none";
    case Opcode::no_op:
      return "no_op";
    case Opcode::accept:
      return "accept";
    case Opcode::connect:
      return "connect";
    case Opcode::receive:
      return "receive";
    case Opcode::send:
      return "send";
    case Opcode::receive_from:
      return "receive_from";
    case Opcode::send_to:
      return "send_to";
    case Opcode::read:
      return "read";
    case Opcode::write:
      return "write";
    case Opcode::fsync:
      return "fsync";
    case Opcode::open:
      return "open";
    case Opcode::timer:
      return "timer";
    case Opcode::poll:
      return "poll";
    case Opcode::shutdown:
      return "shutdown";
    case Opcode::close:
      return "close";
    case Opcode::cancel:
      return "cancel";
    case Opcode::cancel_handle:
      return "cancel_handle";
    case Opcode::cancel_all:
      return "cancel_all";
    case Opcode::link_timeout:
      return "link_timeout";
  }
  return "unknown";
}

constexpr bool is_cancel(Opcode opcode) {
  return opcode == Opcode::cancel || opcode == Opcode::cancel_handle ||
         opcode == Opcode::cancel_all;
}

/// Its result is the number of bytes read into or written from a buffer.
constexpr bool moves_bytes(Opcode opcode) {
  return opcode == Opcode::receive || opcode == Opcode::send || opcode == Opcode::receive_from ||
         opcode == Opcode::send_to || opcode == Opcode::read || opcode == Opcode::write;
}

}  // namespace proactor_lab
