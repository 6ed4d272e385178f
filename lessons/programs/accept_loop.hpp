// How most servers here accept connections. (The echo server shows the same in full, on a strand.)
// One accept is always pending, except while the process is out of descriptors. New clients then
// wait in the backlog until a connection ends.
#pragma once

#include <cerrno>
#include <functional>
#include <utility>

#include "core/operating_system.hpp"
#include "core/socket.hpp"

namespace proactor_lab {

/// Must outlive its Proactor's run. Loop thread only.
class AcceptLoop {
 public:
  AcceptLoop(Proactor& proactor, OperatingSystem& system, std::function<void(Handle)> on_connection)
      : proactor_(proactor), system_(system), on_connection_(std::move(on_connection)) {}

  /// Listens on `endpoint` and starts to accept. Returns the error if it cannot listen. Traces show
  /// `site` as the call site of every accept.
  std::error_code start(Endpoint endpoint, CallSite site = CallSite::here()) {
    std::error_code error;
    listener_ = system_.listen(endpoint, "listener", error);
    site_ = site;
    if (!error) accept();
    return error;
  }

  Endpoint endpoint() const { return system_.local_endpoint(listener_); }

  /// Call this when a connection was closed, because a descriptor is free again.
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
        return;  // the listener was closed
      default:
        break;  // a connection, or a client that left before we accepted it
    }
    accept();
    if (!error) on_connection_(connection);
  }

  Proactor& proactor_;
  OperatingSystem& system_;
  std::function<void(Handle)> on_connection_;
  Handle listener_ = Handle::none;
  CallSite site_;
  bool out_of_descriptors_ = false;
};

}  // namespace proactor_lab
