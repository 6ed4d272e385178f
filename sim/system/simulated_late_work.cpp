// Work that the kernel does by itself, and when: continuing a chain, serving waiting operations,
// letting a timeout take effect.
//
// With full freedom such work may happen a little later, after something else that is due at the
// same instant, as on io_uring, which queues it as task work:
// - What follows in a chain runs after the rest of the batch was submitted.
// - An operation that is woken tries again only then: bytes may be gone, or more have arrived.
// - An operation that waited on a socket and is cancelled can be found by another cancel until it
//   is reported.
// - A link timeout that expires may find its target done. Or it may not find it, if the target was
//   just woken and tries again: ENOENT, in the second case reported before the target's completion.
// - A woken receive looks for a buffer first, and finds none if others took them.
// - A closed handle is free at once; the object it refers to is released later.
// - Shutdowns and file operations are done by the kernel's workers: later, and their effect comes
//   before the completion. In between no cancel can stop them: EALREADY, ENOENT. A cancel of all
//   counts the operations of workers as one.
// - A connection exists before its connect is reported; a second connect then reports success. No
//   cancel finds it any more.
// - What is done while a batch is submitted is reported with the whole batch; what workers do
//   meanwhile may be reported before.
// - What a drain delayed is also begun by the kernel's workers.
// While the submission has more entries, such work may also happen at once, before the rest begins.
// With usual freedom, chains continue and cancelled operations end when the batch is submitted, in
// order; everything else happens at once.
#include <algorithm>
#include <cerrno>
#include <utility>

#include "core/detail/chain.hpp"
#include "sim/system/not_modelled.hpp"
#include "sim/system/simulated_os.hpp"

namespace proactor_lab {

/// Lets `operation` continue a little later: with full freedom at any time from now on, with usual
/// freedom when its batch is submitted.
void SimulatedOs::put_off(AsyncOperation& operation, FactIndex cause) {
  if (is_free()) return take_number(operation, schedule_.now(), cause);
  after_batch_.push_back({&operation, cause});
}

void SimulatedOs::go_on_after_batch() {
  for (std::size_t i = 0; i < after_batch_.size(); ++i) {
    const AfterBatch each = after_batch_[i];
    each.operation != nullptr ? void(goes_on_late(*each.operation, each.cause))
                              : wake(each.socket, each.woken, each.cause);
  }
  after_batch_.clear();
}

void SimulatedOs::go_on_with(const ChainStep& step) {
  AsyncOperation& linked = *step.operation;
  if (is_free() && has(linked.flags, OperationFlags::chained)) return begin_late(linked);
  if (!is_put_off(linked)) return begin_linked(linked, step.by_worker);
  // Until then it stays `chained`, so that no cancel finds it.
  linked.backend_state[1] = step.by_worker;
  put_off(linked, step.cause);
}

void SimulatedOs::begin_linked(AsyncOperation& linked, bool by_worker) {
  if (by_worker && (linked.multishot || linked.buffers != nullptr)) {
    not_modelled(
        "a multishot operation, or one with a provided buffer, linked behind one that a "
        "thread of the kernel did");
  }
  const bool before = std::exchange(in_worker_, by_worker);
  begin(linked);
  in_worker_ = before;
}

/// A drain delayed the chain. It first becomes task work, where no cancel finds it; then a worker
/// begins it and looks its handle up.
void SimulatedOs::begin_late(AsyncOperation& head) {
  head.backend_state[0] = static_cast<std::uint64_t>(Place::released);
  for (AsyncOperation* each = &head; each != nullptr; each = linked_to(*each)) {
    each->flags = each->flags | OperationFlags::chained;  // the whole chain is for workers
  }
  chains_used_ = true;
  put_off(head, 0);
}

/// True if a kernel worker did the operation; it then continues the chain.
bool SimulatedOs::is_done_by_worker(const AsyncOperation& operation, std::int32_t result) const {
  if (result == -EBADF || result == -ENOTSOCK || result == -ECANCELED) return false;
  if (is_for_workers(operation) || operation.opcode == Opcode::open) return true;
  if (operation.opcode != Opcode::read && operation.opcode != Opcode::write) return false;
  const std::uint32_t index = socket_of(operation.handle);
  return index != no_socket && sockets_[index].kind == HandleKind::file;
}

/// Ends `linked` because the chain broke, or because a link timeout's target is done.
void SimulatedOs::cancel_linked(AsyncOperation& linked, std::int32_t result,
                                const ChainStep& step) {
  const bool late = result == -ECANCELED || result == -EINVAL || result == -EOPNOTSUPP;
  const bool told = step.operation == nullptr ? !step.silent : is_step_told(step, result);
  if (!late || !is_put_off(linked)) return end(linked, result, step, 0, told);
  // If a target ends at once, its timeout learns of that only after the batch, and may have
  // expired.
  const Instant begin = linked.relative ? Instant{} : schedule_.now();
  const bool expires_at_once = linked.opcode == Opcode::link_timeout && linked.deadline <= begin &&
                               linked.backend_state[2] != 0 && place_of(linked) == Place::chained;
  if (expires_at_once && choose(2, QuestionKind::timeout_result, linked) == 0) {
    return finish(linked, -ENOENT, step.cause);
  }
  linked.backend_state[0] = static_cast<std::uint64_t>(Place::breaking);
  linked.backend_state[1] = std::uint64_t{static_cast<std::uint32_t>(result)} << 32 |
                            (step.broken ? 1u : 0u) | (step.silent ? 2u : 0u) | (told ? 4u : 0u);
  put_off(linked, step.cause);
}

/// A link timeout is due, and its target is still pending. From here on, the successor of `timeout`
/// is linked to the target.
void SimulatedOs::expire(AsyncOperation& timeout, FactIndex cause) {
  auto& target = *reinterpret_cast<AsyncOperation*>(timeout.backend_state[1]);
  if (!is_free()) {
    complete(timeout, -ETIME, cause);
    return cancel_pending(target, cause);
  }
  target.backend_state[3] = timeout.backend_state[3];
  timeout.backend_state[0] = static_cast<std::uint64_t>(Place::expired);
  timeout.backend_state[3] = to_number(target.id);  // the target may be done by then
  put_off(timeout, cause);
}

/// The connection is made or has failed: reports that to the connect.
void SimulatedOs::settle(AsyncOperation& connect, std::int32_t result, FactIndex cause) {
  if (!is_free()) return settled(connect, result, cause);
  connect.backend_state[0] = static_cast<std::uint64_t>(Place::settling);
  connect.backend_state[1] = connect.backend_state[1] << 32 | static_cast<std::uint32_t>(result);
  put_off(connect, cause);
}

void SimulatedOs::settled(AsyncOperation& connect, std::int32_t result, FactIndex cause) {
  const auto index = static_cast<std::uint32_t>(connect.backend_state[1]);
  sockets_[index].connecting = false;
  complete(connect, result, cause);
  release(index, cause);
}

/// A connect is in progress, or its result is not reported yet; or it was cancelled, and the
/// connection is made anyway.
void SimulatedOs::connect_again(AsyncOperation& operation, std::uint32_t index, FactIndex started) {
  Socket& socket = sockets_[index];
  const bool under_way = std::any_of(timers_.begin(), timers_.end(), [&](const Pending& each) {
    return each.operation != nullptr && each.operation->opcode == Opcode::connect &&
           each.operation->backend_state[1] == index;
  });
  bool there = !under_way;
  if (is_free() && socket.connected) {
    const Question question{QuestionKind::which_first, index, socket.receiver_questions++};
    there = schedule_.choices().pick(2, question) == 0;
  }
  if (!there) return complete(operation, -EALREADY, started);
  socket.connecting = false;
  complete(operation, socket.connected ? 0 : -ECONNREFUSED, started);
}

std::int32_t SimulatedOs::count_cancelled(const std::vector<AsyncOperation*>& targets) const {
  const auto workers =
      std::count_if(targets.begin(), targets.end(), [](const AsyncOperation* each) {
        const bool timer = each->opcode == Opcode::timer || each->opcode == Opcode::connect;
        return place_of(*each) == Place::finishing || place_of(*each) == Place::starting ||
               (place_of(*each) == Place::timer && !timer);
      });
  const auto all = static_cast<std::ptrdiff_t>(targets.size());
  const bool as_one = workers > 1;
  return static_cast<std::int32_t>(as_one ? all - workers + 1 : all);
}

/// What a worker did is reported at once; what is done while the batch is submitted is reported
/// with the whole batch.
void SimulatedOs::carry_out_by_quick_worker(AsyncOperation& operation, FactIndex cause) {
  const std::size_t before = posted_.size();
  is_for_workers(operation) ? carry_out_by_worker(operation, cause)
                            : carry_out_file(operation, cause);
  tell_before_batch(before);
}

/// Moves the completions after the first `before` ones in front of the batch's.
void SimulatedOs::tell_before_batch(std::size_t before) {
  const auto at = [this](std::size_t place) {
    return posted_.begin() + static_cast<std::ptrdiff_t>(place);
  };
  const std::size_t count = posted_.size() - before;
  std::rotate(at(batch_begins_), at(before), posted_.end());
  batch_begins_ += count;
}

/// The whole batch was submitted and is about to be reported: workers may report before it.
void SimulatedOs::tell_of_quick_workers() {
  std::vector<AsyncOperation*> at_work;
  for (const Pending& each : timers_) {
    if (each.operation == nullptr || each.due > schedule_.now()) continue;
    const Place place = place_of(*each.operation);
    const bool begun = place == Place::timer && is_at_work(*each.operation);
    if (begun || place == Place::finishing) at_work.push_back(each.operation);
  }
  for (AsyncOperation* operation : at_work) {
    // The worker continues with the operation linked to it.
    for (AsyncOperation* each = operation; each != nullptr;) {
      if (posted_.size() == batch_begins_) return;
      if (choose(2, QuestionKind::completion_order, *each) == 0) break;
      AsyncOperation* const linked = linked_to(*each);
      const std::size_t before = posted_.size();
      report_by_worker(*each);
      run_chains();
      tell_before_batch(before);
      const bool goes_on =
          linked != nullptr && place_of(*linked) == Place::chained && linked->backend_state[1] != 0;
      each = goes_on ? linked : nullptr;
    }
  }
}

/// Looks the handle up only now.
void SimulatedOs::carry_out_by_worker(AsyncOperation& operation, FactIndex cause) {
  const std::uint32_t index = socket_of(operation.handle);
  if (index == no_socket) return finish(operation, -EBADF, cause);
  if (operation.opcode == Opcode::shutdown) return carry_out_shutdown(operation, index, cause);
  finish(operation, sockets_[index].kind == HandleKind::file ? 0 : -EINVAL, cause);
}

/// Call when a worker has done the operation.
void SimulatedOs::finish(AsyncOperation& operation, std::int32_t result, FactIndex cause,
                         std::uint32_t flags) {
  if (!is_free()) return complete(operation, result, cause, flags);
  if (!is_put_off(operation)) {
    note_told_by_worker(operation);
    return complete(operation, result, cause, flags);
  }
  finish_late(operation, result, cause, flags);
}

void SimulatedOs::finish_late(AsyncOperation& operation, std::int32_t result, FactIndex cause,
                              std::uint32_t flags) {
  operation.backend_state[0] = static_cast<std::uint64_t>(Place::finishing);
  operation.backend_state[1] = std::uint64_t{flags} << 32 | static_cast<std::uint32_t>(result);
  put_off(operation, cause);
}

/// A cancel may still find the operation for a while.
void SimulatedOs::note_told_by_worker(const AsyncOperation& operation) {
  constexpr std::size_t noted_max = 4;
  if (!is_for_workers(operation) && !is_done_by_worker(operation, 0)) return;  // no worker did it
  if (told_by_workers_.size() == noted_max) told_by_workers_.erase(told_by_workers_.begin());
  told_by_workers_.push_back(operation.id);
}

/// What a worker began is reported later. So is a read or write of the task itself that failed;
/// receives and sends are reported at once.
bool SimulatedOs::completes_late(const AsyncOperation& operation, std::int32_t result) const {
  if (place_of(operation) == Place::finishing) return false;
  if (in_worker_alone_ == &operation) return true;
  const bool transfers = operation.opcode == Opcode::read || operation.opcode == Opcode::write;
  const bool by_the_file = result == -EPIPE || result == -ECONNRESET || result == -ENOTCONN ||
                           result == -EDESTADDRREQ || result == -ECONNREFUSED || result == -ESPIPE;
  return transfers && by_the_file && (is_free() || submitting_);
}

/// The operation is done and no cancel finds it any more; it is reported later if its batch is not
/// submitted yet, or with full freedom.
void SimulatedOs::tell_late(AsyncOperation& operation, std::int32_t result, FactIndex cause) {
  if (!is_put_off(operation)) return complete(operation, result, cause);
  operation.backend_state[0] = static_cast<std::uint64_t>(Place::untold);
  operation.backend_state[1] = static_cast<std::uint32_t>(result);
  put_off(operation, cause);
}

/// Continues `operation`, which was put off. Returns false if it was not put off.
bool SimulatedOs::goes_on_late(AsyncOperation& operation, FactIndex cause) {
  const Place place = place_of(operation);
  if (place == Place::chained) {
    const bool by_worker = operation.backend_state[1] != 0;
    const std::size_t before = posted_.size();
    begin_linked(operation, by_worker);
    if (is_free() && !by_worker && !submitting_) {  // together with the task's other work
      batch_begins_ = before;
      tell_of_quick_workers();
    }
  } else if (place == Place::released) {
    operation.backend_state[0] = static_cast<std::uint64_t>(Place::starting);
    put_off(operation, cause);
  } else if (place == Place::starting) {
    in_worker_alone_ = &operation;
    begin(operation);
    in_worker_alone_ = nullptr;
  } else if (place == Place::cancelled) {
    const auto index = static_cast<std::uint32_t>(operation.backend_state[1]);
    let_go_of_one(index, 0, cause);
  } else if (place == Place::refused) {
    end_refused(operation, cause);
  } else if (place == Place::breaking) {
    const bool broken = (operation.backend_state[1] & 1) != 0;
    const bool silent = (operation.backend_state[1] & 2) != 0;
    const auto result = static_cast<std::int32_t>(operation.backend_state[1] >> 32);
    const bool told = (operation.backend_state[1] & 4) != 0;
    end(operation, result, {.broken = broken, .cause = cause, .silent = silent}, 0, told);
  } else if (place == Place::finishing) {
    const std::uint64_t told = operation.backend_state[1];
    note_told_by_worker(operation);
    complete(operation, static_cast<std::int32_t>(told), cause,
             static_cast<std::uint32_t>(told >> 32));
  } else if (place == Place::untold) {
    complete(operation, static_cast<std::int32_t>(operation.backend_state[1]), cause);
  } else if (place == Place::settling) {
    const std::uint64_t told = operation.backend_state[1];
    operation.backend_state[1] = told >> 32;
    settled(operation, static_cast<std::int32_t>(told), cause);
  } else if (place == Place::expired) {
    auto& target = *reinterpret_cast<AsyncOperation*>(operation.backend_state[1]);
    const OperationId id{static_cast<std::uint32_t>(operation.backend_state[3])};
    const Reach found =
        escapes({&target, id}, operation) ? Reach{-ENOENT, false} : reach({&target, id});
    complete(operation, found.result == 0 ? -ETIME : found.result, cause);
    if (found.stops) cancel_pending(target, cause);
  } else {
    return false;
  }
  return true;
}

/// True if a target that was woken and tries again is not found meanwhile.
bool SimulatedOs::escapes(OperationToken token, const AsyncOperation& timeout) {
  if (token.slot->id != token.id || place_of(*token.slot) != Place::receives) return false;
  const Socket& socket = sockets_[static_cast<std::uint32_t>(token.slot->backend_state[1])];
  return (socket.roused & receiving) != 0 && choose(2, QuestionKind::which_first, timeout) == 1;
}

void SimulatedOs::rouse(std::uint32_t index, std::uint8_t who, FactIndex cause) {
  if (is_free()) return rouse_later(index, who, cause);
  if (!submitting_) return wake(index, who, cause);
  if ((who & polling) != 0) mark_woken_polls(index);
  after_batch_.push_back({nullptr, cause, index, who});
}

void SimulatedOs::rouse_later(std::uint32_t index, std::uint8_t who, FactIndex cause) {
  Socket& socket = sockets_[index];
  if ((who & polling) != 0) mark_woken_polls(index);
  for (const Waiting each : {polling, receiving, sending}) {
    if ((who & each) == 0) continue;
    const OperationList& list = socket.*list_of(each);
    if (list.empty() || (each == polling && !has_woken_poll(socket))) continue;
    // Operations that began to wait since are roused, too.
    std::uint32_t& roused_at = socket.roused_at[each == sending ? 1 : 0];
    const bool all_roused = each == polling || !waits_since(list, roused_at);
    if ((socket.roused & each) != 0 && all_roused) continue;
    socket.roused |= each;
    if (each != polling) roused_at = armings_;
    const ScheduledEvent event{this, std::uint64_t{list.size()} << 8 | each, index, cause, rouses};
    // A ring that defers its work tries again when the program waits.
    const bool until_look =
        passing_ && choose(2, QuestionKind::completion_order, *list.first()) == 1;
    until_look ? until_look_.push_back(event) : schedule_.at(schedule_.now(), event);
  }
}

/// Schedules another attempt of a receive that is about to wait. Returns false if nothing is put
/// off now.
bool SimulatedOs::tries_again_later(std::uint32_t index, FactIndex cause) {
  if (is_free()) {
    sockets_[index].roused |= receiving;
    schedule_.at(schedule_.now(), {this, 1 << 8 | receiving, index, cause, rouses});
  } else if (submitting_) {
    after_batch_.push_back({nullptr, cause, index, receiving});
  }
  return is_free() || submitting_;
}

/// The program waits for completions: schedules the events that were put off until then.
void SimulatedOs::look() {
  for (const ScheduledEvent& event : until_look_) schedule_.at(schedule_.now(), event);
  until_look_.clear();
}

/// True if the other accepts stay asleep: a connection wakes one, which may find no descriptor.
bool SimulatedOs::leaves_accepts_alone(std::uint32_t index) {
  Socket& socket = sockets_[index];
  if (socket.kind != HandleKind::listener || !descriptors_gone()) return false;
  const Question question{QuestionKind::which_receiver, index, socket.receiver_questions++};
  return schedule_.choices().pick(2, question) == 1;
}

/// Woken operations try again one by one: the event's amount holds their kind and how many are
/// left.
void SimulatedOs::serve_next_roused(const ScheduledEvent& event) {
  const auto who = static_cast<std::uint8_t>(event.amount & 0xFF);
  const auto left = static_cast<std::uint32_t>(event.amount >> 8);
  Socket& socket = sockets_[event.subject];
  socket.roused &= static_cast<std::uint8_t>(~who);
  if (who == polling) {
    if (!serve_woken_poll(event.subject, event.cause)) return;
    return rouse_later(event.subject, polling, event.cause);
  }
  OperationList Socket::*const list = list_of(static_cast<Waiting>(who));
  const auto size = static_cast<std::uint32_t>((socket.*list).size());
  if (size == 0) return;
  serve_one(list, event.subject, std::min(left, size), event.cause);
  if (left <= 1 || (sockets_[event.subject].*list).empty()) return;
  if (list == &Socket::receives && leaves_accepts_alone(event.subject)) return;
  const std::uint64_t rest = std::uint64_t{left - 1} << 8 | who;
  schedule_.at(schedule_.now(), {this, rest, event.subject, event.cause, rouses});
}

/// Drops the reference of a handle that was closed.
void SimulatedOs::release_closed(std::uint32_t index, FactIndex cause) {
  if (!is_free()) return release(index, cause);
  schedule_.at(schedule_.now(), {this, 0, index, cause, closes});
}

/// Call when `cancelled` was removed from its list of socket `index`.
void SimulatedOs::let_go_of(std::uint32_t index, AsyncOperation& cancelled, FactIndex cause) {
  cancelled.backend_state[0] = static_cast<std::uint64_t>(Place::cancelled);
  sockets_[index].cancelled.push(cancelled);
  if (is_free()) return schedule_.at(schedule_.now(), {this, 0, index, cause, lets_go});
  if (is_put_off(cancelled)) return put_off(cancelled, cause);
  let_go_of_one(index, 0, cause);
}

/// The kernel chooses the order in which operations that were cancelled together end.
void SimulatedOs::let_go_of_any(std::uint32_t index, FactIndex cause) {
  Socket& socket = sockets_[index];
  const auto count = static_cast<std::uint32_t>(socket.cancelled.size());
  if (count == 0) return;  // taken back by `release_all`
  std::uint32_t chosen = 0;
  if (count > 1) {
    const Question question{QuestionKind::which_first, index, socket.receiver_questions++};
    chosen = schedule_.choices().pick(count, question);
  }
  let_go_of_one(index, chosen, cause);
}

void SimulatedOs::let_go_of_one(std::uint32_t index, std::uint32_t chosen, FactIndex cause) {
  AsyncOperation* cancelled = sockets_[index].cancelled.pop_at(chosen);
  --pending_;
  // A receive with wait_all reports the bytes that it had received.
  const auto had = static_cast<std::int32_t>(
      has(cancelled->flags, OperationFlags::wait_all) ? cancelled->backend_state[2] : 0);
  complete(*cancelled, had > 0 ? had : -ECANCELED, cause);
  release(index, cause);
}

}  // namespace proactor_lab
