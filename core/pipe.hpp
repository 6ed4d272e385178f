// The two ends of a pipe as I/O objects, under Asio's names (`OperatingSystem::open_pipe` creates
// the handles). Otherwise as in socket.hpp.
#pragma once

#include <cstddef>
#include <span>
#include <utility>

#include "core/socket.hpp"

namespace proactor_lab {

/// What both ends have in common.
class PipeEnd {
 public:
  PipeEnd(Proactor& proactor, Handle handle) : proactor_(&proactor), handle_(handle) {}

  Handle handle() const { return handle_; }

  template <class Handler>
  OperationToken async_close(Handler&& handler, CallSite site = CallSite::here()) {
    return proactor_->initiate({.opcode = Opcode::close, .handle = handle_},
                               std::forward<Handler>(handler), site);
  }

 protected:
  Proactor* proactor_;
  Handle handle_;
};

/// The read end.
class ReadablePipe : public PipeEnd {
 public:
  using PipeEnd::PipeEnd;

  /// read(2) of at least one byte, at most the buffer's size; 0 bytes if the other end is closed.
  /// If several reads wait, the system chooses which one receives the bytes. `buffer` is lent to
  /// the system until the handler is entered.
  template <class Handler>
  OperationToken async_read_some(std::span<std::byte> buffer, Handler&& handler,
                                 CallSite site = CallSite::here()) {
    return proactor_->initiate({.opcode = Opcode::read,
                                .handle = handle_,
                                .length = clamp_length(buffer.size()),
                                .data = buffer.data()},
                               std::forward<Handler>(handler), site);
  }
};

/// The write end.
class WritablePipe : public PipeEnd {
 public:
  using PipeEnd::PipeEnd;

  /// write(2): may be short. `buffer` is lent to the system until the handler is entered. On a live
  /// system a closed read end gives EPIPE and raises SIGPIPE.
  template <class Handler>
  OperationToken async_write_some(std::span<const std::byte> buffer, Handler&& handler,
                                  CallSite site = CallSite::here()) {
    return proactor_->initiate({.opcode = Opcode::write,
                                .handle = handle_,
                                .length = clamp_length(buffer.size()),
                                .data = const_cast<std::byte*>(buffer.data())},
                               std::forward<Handler>(handler), site);
  }
};

}  // namespace proactor_lab
