// The I/O objects a program works with, under the names Asio gives their like. Each is a handle and
// a reference to the Proactor that initiates on it: small values, free to copy; destroying one
// closes nothing (use `async_close`). All calls return at once, on the loop thread.
#pragma once

#include <cstddef>
#include <span>
#include <utility>

#include "core/proactor.hpp"

namespace proactor_lab {

/// One operation moves at most 2 GiB - 1, as read(2) does; the rest is a short transfer.
constexpr std::uint32_t clamp_length(std::size_t size) {
  return static_cast<std::uint32_t>(size < INT32_MAX ? size : INT32_MAX);
}

/// One end of a connected (or connecting) byte stream: TCP.
class StreamSocket {
 public:
  StreamSocket(Proactor& proactor, Handle handle) : proactor_(&proactor), handle_(handle) {}

  Handle handle() const { return handle_; }

  /// connect(2). Errors: ECONNREFUSED, ETIMEDOUT, ECANCELED ...
  template <class Handler>
  OperationToken async_connect(Endpoint endpoint, Handler&& handler,
                               CallSite site = CallSite::here()) {
    return proactor_->initiate({.opcode = Opcode::connect, .handle = handle_, .endpoint = endpoint},
                               std::forward<Handler>(handler), site);
  }

  /// recv(2) of at least one byte, at most the buffer's size; 0 bytes is the end of the stream.
  /// `buffer` is lent to the system until the handler is entered. Errors: ECONNRESET, EBADF,
  /// ECANCELED (bytes that came before a cancel are in a completion without error).
  template <class Handler>
  OperationToken async_receive(std::span<std::byte> buffer, Handler&& handler,
                               CallSite site = CallSite::here()) {
    return proactor_->initiate({.opcode = Opcode::receive,
                                .handle = handle_,
                                .length = clamp_length(buffer.size()),
                                .data = buffer.data()},
                               std::forward<Handler>(handler), site);
  }

  /// send(2): may be short; a peer that is gone gives EPIPE or ECONNRESET and no signal. `buffer`
  /// is lent to the system until the handler is entered, and is not written to.
  template <class Handler>
  OperationToken async_send(std::span<const std::byte> buffer, Handler&& handler,
                            CallSite site = CallSite::here()) {
    return proactor_->initiate({.opcode = Opcode::send,
                                .handle = handle_,
                                .length = clamp_length(buffer.size()),
                                .data = const_cast<std::byte*>(buffer.data())},
                               std::forward<Handler>(handler), site);
  }

  /// shutdown(2). A pending receive then completes with 0.
  template <class Handler>
  OperationToken async_shutdown(ShutdownSide side, Handler&& handler,
                                CallSite site = CallSite::here()) {
    return proactor_->initiate({.opcode = Opcode::shutdown, .handle = handle_, .side = side},
                               std::forward<Handler>(handler), site);
  }

  /// close(2). It does not cancel: an operation still pending on the handle stays pending
  /// (io_uring_cancelation(7)).
  template <class Handler>
  OperationToken async_close(Handler&& handler, CallSite site = CallSite::here()) {
    return proactor_->initiate({.opcode = Opcode::close, .handle = handle_},
                               std::forward<Handler>(handler), site);
  }

 private:
  Proactor* proactor_;
  Handle handle_;
};

/// A listening socket.
class Acceptor {
 public:
  Acceptor(Proactor& proactor, Handle handle) : proactor_(&proactor), handle_(handle) {}

  Handle handle() const { return handle_; }

  /// accept(2): the handler receives the new connection's handle. Errors: EMFILE, EINVAL (the
  /// listener was shut down), ECANCELED ...
  template <class Handler>
  OperationToken async_accept(Handler&& handler, CallSite site = CallSite::here()) {
    return proactor_->initiate({.opcode = Opcode::accept, .handle = handle_},
                               std::forward<Handler>(handler), site);
  }

  template <class Handler>
  OperationToken async_close(Handler&& handler, CallSite site = CallSite::here()) {
    return proactor_->initiate({.opcode = Opcode::close, .handle = handle_},
                               std::forward<Handler>(handler), site);
  }

 private:
  Proactor* proactor_;
  Handle handle_;
};

/// Waits for a moment of the system's clock.
class Timer {
 public:
  explicit Timer(Proactor& proactor) : proactor_(&proactor) {}

  /// Completes without error at `expiry` or later, or with ECANCELED.
  template <class Handler>
  OperationToken async_wait(Instant expiry, Handler&& handler, CallSite site = CallSite::here()) {
    return proactor_->initiate({.opcode = Opcode::timer, .deadline = expiry},
                               std::forward<Handler>(handler), site);
  }

 private:
  Proactor* proactor_;
};

}  // namespace proactor_lab
