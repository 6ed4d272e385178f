// SimulatedOs's cancels: by operation, by handle, of all, at once, and by a link timeout.
#include <array>
#include <cerrno>
#include <vector>

#include "sim/simulated_os.hpp"

namespace proactor_lab {

/// The cancel's own completion comes before its targets', as Linux does it.
void SimulatedOs::carry_out_cancel(AsyncOperation& operation, FactIndex started) {
  std::vector<AsyncOperation*> targets;
  const auto add_socket_operations = [&](std::uint32_t index) {
    Socket& socket = sockets_[index];
    for (const OperationList* list : {&socket.receives, &socket.sends, &socket.polls}) {
      for (AsyncOperation* each = list->first(); each != nullptr; each = each->next) {
        targets.push_back(each);
      }
    }
  };
  if (operation.opcode == Opcode::cancel) {
    AsyncOperation* target = operation.target.slot;
    // In a chain a cancel may come late: by then the slot may be another operation's.
    const bool there = target != nullptr && target->id == operation.target.id;
    const Place place = there ? place_of(*target) : Place::nowhere;
    // A link timeout is not found: it ends with the operation that it bounds.
    if (place == Place::nowhere || place == Place::chained || place == Place::stopped ||
        target->opcode == Opcode::link_timeout) {
      return complete(operation, -ENOENT, started);
    }
    const std::int32_t found = reach(*target);
    complete(operation, found, started);
    if (found == 0) stop(*target, started);
    return;
  }
  if (operation.opcode == Opcode::cancel_handle) {
    const std::uint32_t index = socket_of(operation.handle);
    if (index == no_socket) return complete(operation, -EBADF, started);
    add_socket_operations(index);
    for (const Pending& each : timers_) {  // a connect, or the disk is at work
      AsyncOperation* const there = each.operation;
      const bool timer = there == nullptr || there->opcode == Opcode::timer ||
                         there->opcode == Opcode::link_timeout;
      if (!timer && there->handle == operation.handle) targets.push_back(there);
    }
  } else {
    for (std::uint32_t index = 0; index < sockets_.size(); ++index) add_socket_operations(index);
    for (const Pending& timer : timers_) {
      const bool there =
          timer.operation != nullptr && timer.operation->opcode != Opcode::link_timeout;
      if (there) targets.push_back(timer.operation);
    }
  }
  complete(operation, static_cast<std::int32_t>(targets.size()), started);
  for (AsyncOperation* target : targets) stop(*target, started);
}

/// A thread of the kernel is busy with it, or with the disk.
bool SimulatedOs::is_at_work(const AsyncOperation& operation) {
  return place_of(operation) == Place::timer && operation.opcode != Opcode::timer &&
         operation.opcode != Opcode::link_timeout && operation.opcode != Opcode::connect;
}

/// What a cancel of it is told: where a thread is at work on it, it may be too far gone to stop, or
/// over and not told yet.
std::int32_t SimulatedOs::reach(const AsyncOperation& target) {
  if (!is_free() || !is_at_work(target)) return 0;
  constexpr std::array<std::int32_t, 3> told{0, -EALREADY, -ENOENT};
  return told[choose(3, QuestionKind::cancel_reach, target)];
}

/// `target` was found by a cancel. It may be told only after all that was submitted with the
/// cancel; until then another cancel finds it again, but no timer.
void SimulatedOs::stop(AsyncOperation& target, FactIndex cause) {
  if (!comes_later(target)) return cancel_pending(target, cause);
  if (target.opcode == Opcode::timer) {
    timers_[target.backend_state[2]].operation = nullptr;
    target.backend_state[0] = static_cast<std::uint64_t>(Place::stopped);
  }
  later_.push_back({.cancelled = &target, .cause = cause});
}

std::int32_t SimulatedOs::cancel_now(OperationToken target) {
  AsyncOperation* const operation = target.slot;
  if (operation == nullptr || operation->id != target.id) return -ENOENT;
  const Place place = place_of(*operation);
  if (place == Place::nowhere || place == Place::chained ||
      operation->opcode == Opcode::link_timeout) {
    return -ENOENT;
  }
  cancel_pending(*operation, 0);
  run_chains();
  return 0;
}

void SimulatedOs::cancel_pending(AsyncOperation& target, FactIndex cause) {
  const auto index = static_cast<std::uint32_t>(target.backend_state[1]);
  bool holds = true;
  switch (place_of(target)) {
    case Place::stopped:
      holds = false;
      break;
    case Place::timer:
      timers_[target.backend_state[2]].operation = nullptr;  // its number is free in its time
      holds = holds_socket(target);
      if (target.opcode == Opcode::connect) sockets_[index].connecting = false;
      break;
    case Place::receives:
      sockets_[index].receives.remove(target);
      break;
    case Place::sends:
      sockets_[index].sends.remove(target);
      break;
    case Place::polls:
      sockets_[index].polls.remove(target);
      break;
    case Place::nowhere:
    case Place::chained:
      return;  // over by now: a chain broke
  }
  --pending_;
  // One that waited for all tells what it had got.
  const auto had = static_cast<std::int32_t>(
      has(target.flags, OperationFlags::wait_all) ? target.backend_state[2] : 0);
  complete(target, had > 0 ? had : -ECANCELED, cause);
  if (holds) release(index, cause);
}

/// A link timeout's moment has come, and its target is still pending.
void SimulatedOs::expire(AsyncOperation& timeout, FactIndex cause) {
  auto* target = reinterpret_cast<AsyncOperation*>(timeout.backend_state[1]);
  if (const std::int32_t found = reach(*target); found != 0) {
    return complete(timeout, found, cause);
  }
  const bool first = !is_free() || choose(2, QuestionKind::timeout_order, timeout) == 0;
  if (first) complete(timeout, -ETIME, cause);
  cancel_pending(*target, cause);
  if (!first) complete(timeout, -ETIME, cause);
}

}  // namespace proactor_lab
