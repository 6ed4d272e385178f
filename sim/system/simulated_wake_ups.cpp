// Which of SimulatedOs's waiting operations are woken, and the order in which they try again.
//
// On Linux, all operations that wait for one handle are in one queue, newest first, where
// `add_wait_queue` puts them. A wake-up removes all that want the event, and each tries again once,
// in that order; an operation that must wait again is queued again, as the newest. A poll completes
// because it was woken, whatever other operations have taken since. Only accepts are queued oldest
// first, and a connection wakes the oldest. Multishot operations keep their position.
#include <algorithm>
#include <vector>

#include "sim/system/simulated_os.hpp"

namespace proactor_lab {

void SimulatedOs::readable(EndId end, FactIndex cause) {
  rouse(network_.tag(end), polling | receiving, cause);
}

void SimulatedOs::writable(EndId end, FactIndex cause) {
  rouse(network_.tag(end), polling | sending, cause);
}

void SimulatedOs::acceptable(std::uint16_t port, FactIndex cause) {
  rouse(network_.listener_tag(port), polling | receiving, cause);
}

void SimulatedOs::datagram_arrived(std::uint16_t port, FactIndex cause) {
  for (std::uint32_t index = 0; index < sockets_.size(); ++index) {
    if (sockets_[index].kind != HandleKind::datagram || sockets_[index].port != port) continue;
    return rouse(index, polling | receiving, cause);
  }
}

/// The only operation in `list` tries again.
void SimulatedOs::wake_single(OperationList Socket::*list, std::uint32_t index, FactIndex cause) {
  AsyncOperation* operation = (sockets_[index].*list).pop();
  // Its other cache lines will be needed, too; if it waited for long, they are not in the cache.
  __builtin_prefetch(&operation->flags);
  __builtin_prefetch(&operation->backend_state);
  try_again(*operation, list, index, cause);
}

/// `operation` was removed from `list`; it is put back if it must wait again.
SimulatedOs::Progress SimulatedOs::try_again(AsyncOperation& operation, OperationList Socket::*list,
                                             std::uint32_t index, FactIndex cause) {
  if (attempt(operation, index, cause) == Progress::waits) {
    // A multishot operation was never removed from the kernel's queue.
    if (!repeats(operation)) operation.backend_state[1] = arming_of(index);
    (sockets_[index].*list).push(operation);
    return Progress::waits;
  }
  --pending_;
  release(index, cause);
  return Progress::over;
}

/// Slow path: several operations wait, or a poll does.
void SimulatedOs::wake_several(std::uint32_t index, std::uint8_t who, FactIndex cause) {
  if ((who & polling) != 0) mark_woken_polls(index);
  const bool listener = sockets_[index].kind == HandleKind::listener;
  const bool accepts = listener && (who & receiving) != 0;
  if (accepts) who &= static_cast<std::uint8_t>(~receiving);
  std::vector<AsyncOperation*> woken;
  for (const Waiting each : {polling, receiving, sending}) {
    if ((who & each) == 0) continue;
    OperationList waiting = std::exchange(sockets_[index].*list_of(each), {});
    while (AsyncOperation* operation = waiting.pop()) {
      const bool stays = each == polling && !was_woken(*operation);
      if (stays) (sockets_[index].*list_of(each)).push(*operation);
      if (!stays) woken.push_back(operation);
    }
  }
  std::sort(woken.begin(), woken.end(), is_newer);
  for (AsyncOperation* operation : woken) {
    try_again(*operation, list_of(place_of(*operation)), index, cause);
  }
  if (accepts) wake_accepts(index, cause);
}

/// A connection wakes the oldest accept; a shutdown of the listener wakes all accepts.
void SimulatedOs::wake_accepts(std::uint32_t index, FactIndex cause) {
  const Socket& listener = sockets_[index];
  const bool one = !listener.receive_closed && network_.acceptable(listener.port);
  std::vector<AsyncOperation*> woken;
  for (AsyncOperation* each = listener.receives.first(); each != nullptr; each = each->next) {
    woken.push_back(each);
  }
  const auto is_older = [](AsyncOperation* a, AsyncOperation* b) { return is_newer(b, a); };
  const auto sorted = one && !woken.empty() ? woken.begin() + 1 : woken.end();
  std::partial_sort(woken.begin(), sorted, woken.end(), is_older);
  woken.erase(sorted, woken.end());
  for (AsyncOperation* accept : woken) {
    sockets_[index].receives.remove(*accept);
    try_again(*accept, &Socket::receives, index, cause);
  }
}

/// Polls are woken by the current state, even if other operations have taken the bytes by the time
/// they complete.
void SimulatedOs::mark_woken_polls(std::uint32_t index) {
  const Socket& socket = sockets_[index];
  for (AsyncOperation* poll = socket.polls.first(); poll != nullptr; poll = poll->next) {
    if (is_ready(socket, poll->readiness)) poll->backend_state[2] = woken_poll;
  }
}

/// With full freedom: one of the first `waiting` operations in the list tries again.
void SimulatedOs::serve_one(OperationList Socket::*list, std::uint32_t index, std::uint32_t waiting,
                            FactIndex cause) {
  Socket& socket = sockets_[index];
  std::uint32_t chosen = waiting - 1;
  const Readiness wanted = list == &Socket::sends ? Readiness::writable : Readiness::readable;
  if (waiting > 1 && is_ready(socket, wanted)) {
    // The kernel chooses which of several operations gets the bytes.
    chosen = schedule_.choices().pick(
        waiting, {QuestionKind::which_receiver, index, socket.receiver_questions++});
  }
  try_again(*(socket.*list).pop_at(chosen), list, index, cause);
}

/// A shutdown may wake polls that are not ready. A poll that checks because of that may miss what
/// arrives just then, if other operations take it.
bool SimulatedOs::is_disturbed(std::uint32_t index, const AsyncOperation& poll) {
  Socket& socket = sockets_[index];
  if (!socket.disturbed || is_ready(socket, poll.readiness)) return false;
  const Question question{QuestionKind::which_first, index, socket.receiver_questions++};
  return schedule_.choices().pick(2, question) == 1;
}

/// With full freedom: the newest of the woken polls completes. Returns true if there are more.
bool SimulatedOs::serve_woken_poll(std::uint32_t index, FactIndex cause) {
  AsyncOperation* newest = nullptr;
  std::uint32_t woken = 0;
  bool oldest_first = false;
  if (sockets_[index].disturbed && sockets_[index].polls.has_several()) {
    const Question question{QuestionKind::which_first, index, sockets_[index].receiver_questions++};
    oldest_first = schedule_.choices().pick(2, question) == 1;
  }
  for (AsyncOperation* poll = sockets_[index].polls.first(); poll != nullptr; poll = poll->next) {
    if (!was_woken(*poll)) continue;
    ++woken;
    if (newest == nullptr || is_newer(poll, newest) != oldest_first) newest = poll;
  }
  if (newest == nullptr) return false;  // it was cancelled
  if (is_disturbed(index, *newest)) {
    newest->backend_state[2] = 0;
    return woken > 1;
  }
  sockets_[index].polls.remove(*newest);
  try_again(*newest, &Socket::polls, index, cause);
  return woken > 1;
}

}  // namespace proactor_lab
