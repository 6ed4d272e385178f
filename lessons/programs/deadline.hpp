// A time limit for the operations on a connection. When it expires, all operations on the handle
// are cancelled and complete with ECANCELED.
#pragma once

#include <memory>
#include <utility>

#include "core/operating_system.hpp"
#include "core/socket.hpp"

namespace proactor_lab {

/// Loop thread only. To move the limit is only an assignment: one timer stays pending while the
/// connection lasts, and if it fires too early, it is set again. The timer's handler may run after
/// this object is destroyed, so both share the ownership of the state.
class Deadline {
 public:
  /// If `timeout` is 0, there is no limit.
  Deadline(Proactor& proactor, OperatingSystem& system, Handle handle, Duration timeout)
      : timeout_(timeout), state_(std::make_shared<State>(proactor, system, handle)) {}

  /// Starts the limit now; `disarm` ends it. Operations initiated after it has expired are not
  /// cancelled.
  void arm(CallSite site = CallSite::here()) {
    if (timeout_ <= Duration::zero()) return;
    state_->until = state_->system.now() + timeout_;
    state_->armed = true;
    state_->expired = false;
    state_->site = site;
    if (!state_->waits) wait(state_);
  }

  /// Ends the limit. Returns true if it had expired.
  bool disarm() {
    state_->armed = false;
    return std::exchange(state_->expired, false);
  }

  /// Call this before the connection is closed.
  void stop() {
    disarm();
    if (!state_->waits) return;
    state_->proactor.cancel(state_->timer, named("on_cancel", [](std::error_code) {}));
  }

 private:
  struct State {
    State(Proactor& p, OperatingSystem& s, Handle h) : proactor(p), system(s), handle(h) {}
    Proactor& proactor;
    OperatingSystem& system;
    Handle handle;
    Instant until{};
    OperationToken timer;
    CallSite site;
    bool waits = false;  // the timer is pending
    bool armed = false;
    bool expired = false;
  };

  static void wait(const std::shared_ptr<State>& state) {
    auto handler = [state](std::error_code error) { on_timer(state, error); };
    Timer timer(state->proactor);
    state->timer = timer.async_wait(state->until, named("on_deadline", handler), state->site);
    state->waits = true;
  }

  static void on_timer(const std::shared_ptr<State>& state, std::error_code error) {
    state->waits = false;
    if (error || !state->armed) return;
    if (state->system.now() < state->until) return wait(state);
    state->expired = true;
    state->proactor.cancel_handle(state->handle, named("on_cancel", [](std::error_code) {}));
  }

  Duration timeout_;
  std::shared_ptr<State> state_;
};

}  // namespace proactor_lab
