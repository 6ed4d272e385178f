// SimulatedOs's cancels: of one operation, of a handle, of all, and `cancel_now`.
#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>
#include <vector>

#include "sim/system/not_modelled.hpp"
#include "sim/system/simulated_os.hpp"

namespace proactor_lab {

/// The cancel completes before its targets, as on Linux.
void SimulatedOs::carry_out_cancel(AsyncOperation& operation, FactIndex started) {
  if (in_worker_) {  // it may find itself, and what is queued behind it
    const bool itself = operation.target.slot == &operation;
    if (operation.opcode == Opcode::cancel_all || itself) {
      not_modelled("a cancel of all or of itself, linked behind what a thread of the kernel did");
    }
  }
  std::vector<AsyncOperation*> targets;
  const auto is_found = [](const AsyncOperation& each) {
    return place_of(each) == Place::timer || place_of(each) == Place::starting;
  };
  const auto add_socket_operations = [&](std::uint32_t index) {
    Socket& socket = sockets_[index];
    for (const OperationList* list :
         {&socket.receives, &socket.sends, &socket.polls, &socket.cancelled}) {
      for (AsyncOperation* each = list->first(); each != nullptr; each = each->next) {
        targets.push_back(each);
      }
    }
  };
  if (operation.opcode == Opcode::cancel) {
    const OperationToken target = operation.target;
    const Reach reached = reach(target);
    const bool escapes =
        reached.result == -EALREADY && !reached.stops && is_free() && target.slot->id == target.id;
    // The worker may report before what was done while the batch was submitted.
    if (escapes && choose(2, QuestionKind::completion_order, *target.slot) == 1) {
      report_by_worker(*target.slot);
    }
    complete(operation, reached.result, started);
    if (reached.stops) cancel_pending(*target.slot, started);
    return;
  }
  if (operation.opcode == Opcode::cancel_handle) {
    const std::uint32_t index = socket_of(operation.handle);
    if (index == no_socket) return complete(operation, -EBADF, started);
    add_socket_operations(index);
    for (const Pending& each : timers_) {  // a connect, or a file operation in progress
      AsyncOperation* const there = each.operation;
      if (there == nullptr || !is_found(*there)) continue;
      const bool timer = there->opcode == Opcode::timer || there->opcode == Opcode::link_timeout;
      // An operation that waits for a worker has not looked its handle up.
      const bool looked_up = place_of(*there) != Place::starting && !is_for_workers(*there);
      if (!timer && looked_up && there->handle == operation.handle) targets.push_back(there);
    }
  } else {
    for (std::uint32_t index = 0; index < sockets_.size(); ++index) add_socket_operations(index);
    for (const Pending& timer : timers_) {
      if (timer.operation == nullptr || !is_found(*timer.operation)) continue;
      if (timer.operation->opcode != Opcode::link_timeout) targets.push_back(timer.operation);
    }
  }
  std::vector<AsyncOperation*> counted = targets;
  if (is_free()) part_those_at_work(targets, counted);
  complete(operation, count_cancelled(counted), started);
  for (AsyncOperation* target : targets) cancel_pending(*target, started);
}

/// An operation that a worker has begun may be counted or not, and stopped or not.
void SimulatedOs::part_those_at_work(std::vector<AsyncOperation*>& targets,
                                     std::vector<AsyncOperation*>& counted) {
  const std::vector<AsyncOperation*> all = std::exchange(targets, {});
  counted.clear();
  std::vector<AsyncOperation*> uncounted;
  for (AsyncOperation* target : all) {
    const std::uint32_t answer =
        is_at_work(*target) ? choose(4, QuestionKind::cancel_reach, *target) : 0;
    if (answer == 0 || answer == 3) counted.push_back(target);
    if (answer == 0) targets.push_back(target);
    if (answer == 1) uncounted.push_back(target);
  }
  targets.insert(targets.end(), uncounted.begin(), uncounted.end());
}

/// The worker finishes the operation.
void SimulatedOs::report_by_worker(AsyncOperation& operation) {
  if (place_of(operation) == Place::chained) {  // linked to an operation that the worker did before
    timers_[operation.backend_state[2]].operation = nullptr;
    begin_linked(operation, true);
  }
  if (place_of(operation) == Place::timer && is_at_work(operation) &&
      timers_[operation.backend_state[2]].due <= schedule_.now()) {
    timers_[operation.backend_state[2]].operation = nullptr;
    --pending_;
    is_for_workers(operation) ? carry_out_by_worker(operation, 0) : carry_out_file(operation, 0);
  }
  if (place_of(operation) != Place::finishing) return;
  timers_[operation.backend_state[2]].operation = nullptr;
  goes_on_late(operation, 0);
}

/// True if the operation was woken and will try again.
bool SimulatedOs::is_roused(const AsyncOperation& waiting) const {
  if (place_of(waiting) == Place::polls) return was_woken(waiting);
  const Socket& socket = sockets_[static_cast<std::uint32_t>(waiting.backend_state[1])];
  const Waiting who = place_of(waiting) == Place::receives ? receiving : sending;
  return (socket.roused & who) != 0;
}

/// True if a kernel thread is busy with the operation, or the disk is.
bool SimulatedOs::is_at_work(const AsyncOperation& operation) {
  if (place_of(operation) == Place::starting) return true;
  return place_of(operation) == Place::timer && operation.opcode != Opcode::timer &&
         operation.opcode != Opcode::link_timeout && operation.opcode != Opcode::connect;
}

/// The answer to a cancel of `token`. If a thread is at work on it, the cancel may report EALREADY
/// and still stop it, be too late to stop it, or come when it is done but not reported.
SimulatedOs::Reach SimulatedOs::reach(OperationToken token) {
  constexpr Reach nobody{-ENOENT, false};
  // If the kernel cannot start a thread for the operation, it cancels the operation itself, and a
  // cancel does not find it.
  constexpr std::array<Reach, 5> told{
      {{0, true}, {-ENOENT, true}, {-EALREADY, true}, {-EALREADY, false}, nobody}};
  if (token.slot == nullptr) return nobody;
  // Its worker has reported it, but has not finished yet.
  const bool lingers = std::count(told_by_workers_.begin(), told_by_workers_.end(), token.id) > 0;
  if (lingers && choose(2, QuestionKind::cancel_reach, token.id) == 1) return {-EALREADY, false};
  // In a chain a cancel may run late: by then the slot may hold another operation.
  if (token.slot->id != token.id) return nobody;
  const AsyncOperation& target = *token.slot;
  // A link timeout is not found: it ends with the operation that it limits.
  if (target.opcode == Opcode::link_timeout) return nobody;
  switch (place_of(target)) {
    case Place::nowhere:
    case Place::chained:
    case Place::refused:
    case Place::breaking:
    case Place::settling:
    case Place::untold:
    case Place::released:
      return nobody;
    case Place::starting: {
      // Not begun yet; or its worker tries it, and it then waits as if no cancel had been
      // requested.
      constexpr std::array<Reach, 4> starting{
          {{0, true}, {-EALREADY, false}, {-EALREADY, true}, nobody}};
      return starting[choose(4, QuestionKind::cancel_reach, target)];
    }
    case Place::finishing:
      if (!is_free()) return nobody;
      break;
    case Place::polls:
    case Place::receives:
    case Place::sends:
      // A woken operation may be done and unreported.
      if (!is_free() || !is_roused(target)) return {};
      return choose(2, QuestionKind::cancel_reach, target) == 0 ? Reach{} : nobody;
    default:
      if (!is_free() || !is_at_work(target)) return {};
  }
  Pending& work = timers_[target.backend_state[2]];
  if (place_of(target) == Place::finishing) work.gone = std::max(work.gone, 3u);
  std::uint32_t answer = work.gone;
  if (answer < 4) answer += choose(5 - work.gone, QuestionKind::cancel_reach, target);
  if (answer > 2) work.gone = answer;  // later cancels find it at least as far
  return told[answer];
}

/// If the operation cannot be stopped, waits for its end in virtual time.
std::int32_t SimulatedOs::cancel_now(OperationToken target) {
  const Reach reached = reach(target);
  if (reached.result == -EALREADY && !reached.stops) wait_for_worker(target);
  if (reached.stops) {
    cancel_pending(*target.slot, 0);
    run_chains();
  }
  std::erase(told_by_workers_, target.id);  // its worker has finished
  return reached.result == -ENOENT ? -ENOENT : 0;
}

void SimulatedOs::wait_for_worker(OperationToken target) {
  while (target.slot->id == target.id && place_of(*target.slot) != Place::nowhere &&
         !schedule_.empty() && !has_ended()) {
    if (is_waiting(*target.slot)) {  // its worker has finished, and it waits as if not cancelled
      cancel_pending(*target.slot, 0);
      run_chains();
      return;
    }
    take_next_event();
  }
}

bool SimulatedOs::is_waiting(const AsyncOperation& operation) {
  const Place place = place_of(operation);
  return place == Place::receives || place == Place::sends || place == Place::polls ||
         (place == Place::timer && !is_at_work(operation));
}

void SimulatedOs::cancel_pending(AsyncOperation& target, FactIndex cause) {
  const auto index = static_cast<std::uint32_t>(target.backend_state[1]);
  switch (place_of(target)) {
    case Place::timer: {
      if (target.opcode == Opcode::read && target.buffers != nullptr) {
        not_modelled("the cancel of a read from a file into a provided buffer");  // loses it
      }
      timers_[target.backend_state[2]].operation = nullptr;  // its number is freed by its event
      --pending_;
      // The connection is made anyway: a second connect reports it.
      const bool holds = holds_socket(target);
      cancel_linked(target, -ECANCELED, {.cause = cause});
      if (holds) release(index, cause);
      return;
    }
    case Place::starting:
      timers_[target.backend_state[2]].operation = nullptr;
      return cancel_linked(target, -ECANCELED, {.cause = cause});
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
    case Place::cancelled:
    case Place::refused:
    case Place::breaking:
    case Place::expired:
    case Place::finishing:
    case Place::untold:
    case Place::settling:
    case Place::released:
      return;  // done by now: a chain broke; or as good as done
  }
  let_go_of(index, target, cause);
}

/// One round of `release_all`: cancels everything that can be found. Returns true if there was any.
bool SimulatedOs::cancel_everything() {
  bool any = false;
  for (std::uint32_t index = 0; index < sockets_.size(); ++index) {
    for (OperationList Socket::*list : {&Socket::receives, &Socket::sends, &Socket::polls}) {
      for (; AsyncOperation* first = (sockets_[index].*list).first(); any = true) {
        cancel_pending(*first, 0);
      }
    }
  }
  for (std::size_t number = 0; number < timers_.size(); ++number) {
    AsyncOperation* const there = timers_[number].operation;
    if (there == nullptr || there->opcode == Opcode::link_timeout) continue;
    if (place_of(*there) != Place::timer && place_of(*there) != Place::starting) continue;
    cancel_pending(*there, 0);
    any = true;
  }
  return any;
}

/// Does everything that was put off. Returns true if there was any.
bool SimulatedOs::go_on_with_late_work() {
  bool any = false;
  for (std::uint32_t index = 0; index < sockets_.size(); ++index) {
    for (; !sockets_[index].cancelled.empty(); any = true) let_go_of_one(index, 0, 0);
  }
  for (std::size_t number = 0; number < timers_.size(); ++number) {
    AsyncOperation* const there = timers_[number].operation;
    if (there == nullptr || place_of(*there) == Place::timer) continue;
    timers_[number].operation = nullptr;  // its event will find nothing
    goes_on_late(*there, 0);
    any = true;
  }
  return any;
}

/// Starts what follows cancelled operations, and cancels it if it has to wait. Asks no questions:
/// the run is over.
void SimulatedOs::end_chains() try {
  releasing_ = true;
  do {
    run_chains();
    forget_posted();
  } while (cancel_everything() || go_on_with_late_work() || !chain_steps_.empty());
  releasing_ = false;
} catch (const NotModelled&) {  // the rest is dropped
  releasing_ = false;
}

}  // namespace proactor_lab
