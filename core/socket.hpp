// I/O objects that a program works with, under Asio's names. Each holds a handle and a pointer to
// the Proactor on which it initiates operations. They are small values, free to copy; destroying
// one does not close the handle (use `async_close`). All calls return at once; any thread may call
// them.
//
// Each operation has two forms over one mechanism: `async_receive(buffer, handler)` calls the
// handler, `co_await receive(buffer)` resumes the coroutine (awaitable.hpp). The contract of the
// first form also holds for the second.
#pragma once

#include <cstddef>
#include <span>
#include <utility>

#include "core/awaitable.hpp"
#include "core/proactor.hpp"

namespace proactor_lab {

/// One operation moves at most 2 GiB - 1, as with read(2); for a larger buffer the transfer is
/// short.
constexpr std::uint32_t clamp_length(std::size_t size) {
  return static_cast<std::uint32_t>(size < INT32_MAX ? size : INT32_MAX);
}

/// One end of a connected (or connecting) byte stream: TCP.
class StreamSocket {
 public:
  StreamSocket(Proactor& proactor, Handle handle) : proactor_(&proactor), handle_(handle) {}

  Handle handle() const { return handle_; }
  Proactor& proactor() const { return *proactor_; }

  /// connect(2). Errors: ECONNREFUSED, ETIMEDOUT, ECANCELED ...
  template <class Handler>
  OperationToken async_connect(Endpoint endpoint, Handler&& handler,
                               CallSite site = CallSite::here()) {
    return proactor_->initiate({.opcode = Opcode::connect, .handle = handle_, .endpoint = endpoint},
                               std::forward<Handler>(handler), site);
  }

  /// recv(2) of at least one byte, at most the buffer's size; 0 bytes means end of stream. `buffer`
  /// is lent to the system until the handler is entered. Errors: ECONNRESET, EBADF, ECANCELED
  /// (bytes that arrived before a cancel are in a completion without an error).
  template <class Handler>
  [[gnu::always_inline]] OperationToken async_receive(std::span<std::byte> buffer,
                                                      Handler&& handler,
                                                      CallSite site = CallSite::here()) {
    return proactor_->initiate(receive_request(buffer), std::forward<Handler>(handler), site);
  }

  /// As `async_receive`, but until the buffer is full, in one operation. It completes with fewer
  /// bytes only if no more can arrive (end of stream, reset, cancel), and that breaks a soft link.
  template <class Handler>
  OperationToken async_receive_all(std::span<std::byte> buffer, Handler&& handler,
                                   CallSite site = CallSite::here()) {
    return proactor_->initiate(receive_all_request(buffer), std::forward<Handler>(handler), site);
  }

  /// send(2): may be short. If the peer has closed or reset the connection: EPIPE or ECONNRESET,
  /// without a signal. `buffer` is lent to the system until the handler is entered, and is not
  /// written to.
  template <class Handler>
  [[gnu::always_inline]] OperationToken async_send(std::span<const std::byte> buffer,
                                                   Handler&& handler,
                                                   CallSite site = CallSite::here()) {
    return proactor_->initiate(send_request(buffer), std::forward<Handler>(handler), site);
  }

  /// Receives until the stream ends. The handler, void(std::error_code, std::span<std::byte>), is
  /// called for each arrival with bytes in a buffer of `buffers`, which are valid until it returns.
  /// The last call has no bytes: end of stream, or an error (ENOBUFS: no buffer was free; receive
  /// again).
  template <class Handler>
  OperationToken async_receive_many(BufferGroup& buffers, Handler&& handler,
                                    CallSite site = CallSite::here()) {
    return proactor_->initiate(
        {.opcode = Opcode::receive, .handle = handle_, .buffers = &buffers, .multishot = true},
        std::forward<Handler>(handler), site);
  }

  /// As `async_receive`, but the system takes a buffer from `buffers` only when bytes arrive.
  template <class Handler>
  OperationToken async_receive(BufferGroup& buffers, Handler&& handler,
                               CallSite site = CallSite::here()) {
    return proactor_->initiate({.opcode = Opcode::receive, .handle = handle_, .buffers = &buffers},
                               std::forward<Handler>(handler), site);
  }

  /// poll(2): waits until a receive or a send would not block. Transfers nothing.
  template <class Handler>
  OperationToken async_wait(Readiness readiness, Handler&& handler,
                            CallSite site = CallSite::here()) {
    return proactor_->initiate({.opcode = Opcode::poll, .handle = handle_, .readiness = readiness},
                               std::forward<Handler>(handler), site);
  }

  /// shutdown(2). If it closes the receiving side, a pending receive completes with 0 bytes.
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

  Awaitable<Done> connect(Endpoint endpoint, CallSite site = CallSite::here()) {
    return {*proactor_, {.opcode = Opcode::connect, .handle = handle_, .endpoint = endpoint}, site};
  }
  Awaitable<std::size_t> receive(std::span<std::byte> buffer, CallSite site = CallSite::here()) {
    return {*proactor_, receive_request(buffer), site};
  }
  Awaitable<std::size_t> receive_all(std::span<std::byte> buffer,
                                     CallSite site = CallSite::here()) {
    return {*proactor_, receive_all_request(buffer), site};
  }
  Awaitable<std::size_t> send(std::span<const std::byte> buffer, CallSite site = CallSite::here()) {
    return {*proactor_, send_request(buffer), site};
  }
  Awaitable<Done> wait(Readiness readiness, CallSite site = CallSite::here()) {
    return {*proactor_, {.opcode = Opcode::poll, .handle = handle_, .readiness = readiness}, site};
  }
  Awaitable<Done> shutdown(ShutdownSide side, CallSite site = CallSite::here()) {
    return {*proactor_, {.opcode = Opcode::shutdown, .handle = handle_, .side = side}, site};
  }
  Awaitable<Done> close(CallSite site = CallSite::here()) {
    return {*proactor_, {.opcode = Opcode::close, .handle = handle_}, site};
  }

  /// The requests of `async_receive` and `async_send`, for composed.hpp.
  OperationRequest receive_request(std::span<std::byte> buffer) const {
    return {.opcode = Opcode::receive,
            .handle = handle_,
            .length = clamp_length(buffer.size()),
            .data = buffer.data()};
  }
  OperationRequest send_request(std::span<const std::byte> buffer) const {
    return {.opcode = Opcode::send,
            .handle = handle_,
            .length = clamp_length(buffer.size()),
            .data = const_cast<std::byte*>(buffer.data())};
  }

 private:
  OperationRequest receive_all_request(std::span<std::byte> buffer) const {
    OperationRequest request = receive_request(buffer);
    request.flags = OperationFlags::wait_all;
    return request;
  }

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

  /// Accepts until an error: the handler is called for each connection. The last call has an error
  /// (EMFILE: no descriptor was free; accept again when one is).
  template <class Handler>
  OperationToken async_accept_many(Handler&& handler, CallSite site = CallSite::here()) {
    return proactor_->initiate({.opcode = Opcode::accept, .handle = handle_, .multishot = true},
                               std::forward<Handler>(handler), site);
  }

  template <class Handler>
  OperationToken async_close(Handler&& handler, CallSite site = CallSite::here()) {
    return proactor_->initiate({.opcode = Opcode::close, .handle = handle_},
                               std::forward<Handler>(handler), site);
  }

  Awaitable<Handle> accept(CallSite site = CallSite::here()) {
    return {*proactor_, {.opcode = Opcode::accept, .handle = handle_}, site};
  }
  Awaitable<Done> close(CallSite site = CallSite::here()) {
    return {*proactor_, {.opcode = Opcode::close, .handle = handle_}, site};
  }

 private:
  Proactor* proactor_;
  Handle handle_;
};

/// A bound UDP socket: whole datagrams, which may be lost or reordered.
class DatagramSocket {
 public:
  DatagramSocket(Proactor& proactor, Handle handle) : proactor_(&proactor), handle_(handle) {}

  Handle handle() const { return handle_; }

  /// recvfrom(2): one datagram; the part that does not fit into `buffer` is discarded. `sender` is
  /// set to the sender's address; `buffer` and `sender` are lent to the system until the handler is
  /// entered.
  template <class Handler>
  OperationToken async_receive_from(std::span<std::byte> buffer, Endpoint& sender,
                                    Handler&& handler, CallSite site = CallSite::here()) {
    return proactor_->initiate(receive_from_request(buffer, sender), std::forward<Handler>(handler),
                               site);
  }

  /// sendto(2). Completes when the system has accepted the datagram; its arrival is not reported.
  /// `buffer` is lent to the system until the handler is entered, and is not written to. Errors:
  /// EMSGSIZE ...
  template <class Handler>
  OperationToken async_send_to(std::span<const std::byte> buffer, Endpoint endpoint,
                               Handler&& handler, CallSite site = CallSite::here()) {
    return proactor_->initiate(send_to_request(buffer, endpoint), std::forward<Handler>(handler),
                               site);
  }

  /// close(2), as in StreamSocket.
  template <class Handler>
  OperationToken async_close(Handler&& handler, CallSite site = CallSite::here()) {
    return proactor_->initiate({.opcode = Opcode::close, .handle = handle_},
                               std::forward<Handler>(handler), site);
  }

  Awaitable<std::size_t> receive_from(std::span<std::byte> buffer, Endpoint& sender,
                                      CallSite site = CallSite::here()) {
    return {*proactor_, receive_from_request(buffer, sender), site};
  }
  Awaitable<std::size_t> send_to(std::span<const std::byte> buffer, Endpoint endpoint,
                                 CallSite site = CallSite::here()) {
    return {*proactor_, send_to_request(buffer, endpoint), site};
  }
  Awaitable<Done> close(CallSite site = CallSite::here()) {
    return {*proactor_, {.opcode = Opcode::close, .handle = handle_}, site};
  }

 private:
  OperationRequest receive_from_request(std::span<std::byte> buffer, Endpoint& sender) const {
    return {.opcode = Opcode::receive_from,
            .handle = handle_,
            .length = clamp_length(buffer.size()),
            .data = buffer.data(),
            .sender = &sender};
  }
  OperationRequest send_to_request(std::span<const std::byte> buffer, Endpoint endpoint) const {
    return {.opcode = Opcode::send_to,
            .handle = handle_,
            .length = clamp_length(buffer.size()),
            .data = const_cast<std::byte*>(buffer.data()),
            .endpoint = endpoint};
  }

  Proactor* proactor_;
  Handle handle_;
};

/// A file. Every read and write has an explicit offset; there is no current position.
class File {
 public:
  File(Proactor& proactor, Handle handle) : proactor_(&proactor), handle_(handle) {}

  Handle handle() const { return handle_; }

  /// open(2): the handler receives the handle. `path` is lent until the handler is entered; `mode`
  /// combines `OpenMode`s. Errors: ENOENT, EACCES, EMFILE ...
  template <class Handler>
  static OperationToken async_open(Proactor& proactor, const char* path, std::uint32_t mode,
                                   Handler&& handler, CallSite site = CallSite::here()) {
    return proactor.initiate({.opcode = Opcode::open, .path = path, .open_flags = mode},
                             std::forward<Handler>(handler), site);
  }

  /// pread(2): may be short; 0 bytes is the end of the file.
  template <class Handler>
  OperationToken async_read_at(std::uint64_t offset, std::span<std::byte> buffer, Handler&& handler,
                               CallSite site = CallSite::here()) {
    return proactor_->initiate(read_request(offset, buffer), std::forward<Handler>(handler), site);
  }

  /// pwrite(2): may be short. Errors: ENOSPC, EBADF ...
  template <class Handler>
  OperationToken async_write_at(std::uint64_t offset, std::span<const std::byte> buffer,
                                Handler&& handler, CallSite site = CallSite::here()) {
    return proactor_->initiate(write_request(offset, buffer), std::forward<Handler>(handler), site);
  }

  /// fsync(2): completes when what was written is on the disk.
  template <class Handler>
  OperationToken async_sync(Handler&& handler, CallSite site = CallSite::here()) {
    return proactor_->initiate({.opcode = Opcode::fsync, .handle = handle_},
                               std::forward<Handler>(handler), site);
  }

  template <class Handler>
  OperationToken async_close(Handler&& handler, CallSite site = CallSite::here()) {
    return proactor_->initiate({.opcode = Opcode::close, .handle = handle_},
                               std::forward<Handler>(handler), site);
  }

  static Awaitable<Handle> open(Proactor& proactor, const char* path, std::uint32_t mode,
                                CallSite site = CallSite::here()) {
    return {proactor, {.opcode = Opcode::open, .path = path, .open_flags = mode}, site};
  }
  Awaitable<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> buffer,
                                 CallSite site = CallSite::here()) {
    return {*proactor_, read_request(offset, buffer), site};
  }
  Awaitable<std::size_t> write_at(std::uint64_t offset, std::span<const std::byte> buffer,
                                  CallSite site = CallSite::here()) {
    return {*proactor_, write_request(offset, buffer), site};
  }
  Awaitable<Done> sync(CallSite site = CallSite::here()) {
    return {*proactor_, {.opcode = Opcode::fsync, .handle = handle_}, site};
  }
  Awaitable<Done> close(CallSite site = CallSite::here()) {
    return {*proactor_, {.opcode = Opcode::close, .handle = handle_}, site};
  }

 private:
  OperationRequest read_request(std::uint64_t offset, std::span<std::byte> buffer) const {
    return {.opcode = Opcode::read,
            .handle = handle_,
            .length = clamp_length(buffer.size()),
            .data = buffer.data(),
            .offset = offset};
  }
  OperationRequest write_request(std::uint64_t offset, std::span<const std::byte> buffer) const {
    return {.opcode = Opcode::write,
            .handle = handle_,
            .length = clamp_length(buffer.size()),
            .data = const_cast<std::byte*>(buffer.data()),
            .offset = offset};
  }

  Proactor* proactor_;
  Handle handle_;
};

/// Waits until a given time of the system's clock.
class Timer {
 public:
  explicit Timer(Proactor& proactor) : proactor_(&proactor) {}

  /// Completes without error at `expiry` or later, or with ECANCELED.
  template <class Handler>
  OperationToken async_wait(Instant expiry, Handler&& handler, CallSite site = CallSite::here()) {
    return proactor_->initiate({.opcode = Opcode::timer, .deadline = expiry},
                               std::forward<Handler>(handler), site);
  }
  /// The same, `delay` after the system accepted the operation. EINVAL if it is negative.
  template <class Handler>
  OperationToken async_wait(Duration delay, Handler&& handler, CallSite site = CallSite::here()) {
    return proactor_->initiate(
        {.opcode = Opcode::timer, .deadline = Instant{} + delay, .relative = true},
        std::forward<Handler>(handler), site);
  }

  Awaitable<Done> wait(Instant expiry, CallSite site = CallSite::here()) {
    return {*proactor_, {.opcode = Opcode::timer, .deadline = expiry}, site};
  }
  Awaitable<Done> wait(Duration delay, CallSite site = CallSite::here()) {
    return {*proactor_,
            {.opcode = Opcode::timer, .deadline = Instant{} + delay, .relative = true},
            site};
  }

 private:
  Proactor* proactor_;
};

}  // namespace proactor_lab
