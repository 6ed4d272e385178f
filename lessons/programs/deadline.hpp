// A time limit for whatever is under way on a connection: when it is reached, all operations on the
// handle are cancelled, and whoever awaits them hears ECANCELED.
#pragma once

#include <memory>
#include <utility>

#include "core/operating_system.hpp"
#include "core/socket.hpp"

namespace proactor_lab {

/// Loop thread. Moving the limit is only an assignment: one timer is under way as long as the
/// connection lasts, and when it fires too early, it is set again. What it shares with this object
/// is owned by both, for it may be over later.
class Deadline {
 public:
  /// No limit where `timeout` is 0.
  Deadline(Proactor& proactor, OperatingSystem& system, Handle handle, Duration timeout)
      : timeout_(timeout), state_(std::make_shared<State>(proactor, system, handle)) {}

  /// From now on. `disarm` ends it; an operation that is initiated later is not cancelled.
  void arm(CallSite site = CallSite::here()) {
    if (timeout_ <= Duration::zero()) return;
    state_->until = state_->system.now() + timeout_;
    state_->armed = true;
    state_->expired = false;
    state_->site = site;
    if (!state_->waits) wait(state_);
  }

  /// True where the time was up before.
  bool disarm() {
    state_->armed = false;
    return std::exchange(state_->expired, false);
  }

  /// Before the connection is closed.
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
    bool waits = false;  // the timer is under way
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
