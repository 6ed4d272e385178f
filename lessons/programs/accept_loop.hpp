// Accepting, as every server here does it: one accept is always pending, except while the process
// is out of descriptors. Clients then wait in the backlog until a connection ends.
#pragma once

#include <cerrno>
#include <functional>
#include <utility>

#include "core/socket.hpp"

namespace proactor_lab {

/// Must outlive its Proactor's run. Loop thread.
class AcceptLoop {
 public:
  AcceptLoop(Proactor& proactor, std::function<void(Handle)> on_connection)
      : proactor_(proactor), on_connection_(std::move(on_connection)) {}

  /// `site` is what traces show as the place of every accept.
  void start(Handle listener, CallSite site = CallSite::here()) {
    listener_ = listener;
    site_ = site;
    accept();
  }

  /// A descriptor is free again.
  void connection_ended() {
    if (std::exchange(out_of_descriptors_, false)) accept();
  }

 private:
  void accept() {
    auto handler = [this](std::error_code error, Handle handle) { on_accept(error, handle); };
    Acceptor(proactor_, listener_).async_accept(named("on_accept", handler), site_);
  }

  void on_accept(std::error_code error, Handle connection) {
    switch (error.value()) {
      case EMFILE:
      case ENFILE:
        out_of_descriptors_ = true;
        return;
      case EINVAL:
      case EBADF:
      case ECANCELED:
        return;  // nobody listens any more
      default:
        break;  // a connection, or one that was gone again before it was taken
    }
    accept();
    if (!error) on_connection_(connection);
  }

  Proactor& proactor_;
  std::function<void(Handle)> on_connection_;
  Handle listener_ = Handle::none;
  CallSite site_;
  bool out_of_descriptors_ = false;
};

}  // namespace proactor_lab
