// SimulatedOs's loop: time, submission, chains, completion. What each operation does is in
// simulated_operations.cpp and simulated_transfers.cpp.
#include "sim/simulated_os.hpp"

#include <algorithm>
#include <cerrno>

namespace proactor_lab {

SimulatedOs::SimulatedOs(const SimulatedOsConfig& config, Schedule& schedule, Network& network,
                         Datagrams& datagrams, Files& files, Recorder* recorder)
    : config_(config),
      schedule_(schedule),
      network_(network),
      datagrams_(datagrams),
      files_(files),
      recorder_(recorder),
      descriptors_(config.handle_limit) {
  schedule_.set_recorder(recorder);
}

// --- The demultiplexer: time passes in here --------------------------------------------------

bool SimulatedOs::wait(CompletionEventQueue& queue, Instant deadline) {
  submit();
  while (posted_.empty() && !woken_) {
    if (schedule_.empty()) {
      if (deadline == never) return false;
      schedule_.advance_to(std::max(deadline, schedule_.now()));
      return true;
    }
    const Instant next = schedule_.next_time();
    const bool told_enough = recorder_ != nullptr && recorder_->recorded() >= config_.fact_limit;
    if (next > config_.run_limit || told_enough) {
      limit_reached_ = true;
      return false;
    }
    if (next > deadline) {
      schedule_.advance_to(std::max(deadline, schedule_.now()));
      return true;
    }
    const ScheduledEvent event = schedule_.next();
    event.target->on_event(event);
    run_chains();
  }
  woken_ = false;
  for (const Completion& completion : posted_) queue.push(completion);
  posted_.clear();
  return true;
}

void SimulatedOs::compute(Duration cost) {
  if (worker_clock_ == nullptr) return spend(cost);
  if (cost > Duration::zero()) *worker_clock_ = saturating_add(*worker_clock_, cost);
}

/// The running thread is busy for `cost`; the rest of the world goes on meanwhile.
void SimulatedOs::spend(Duration cost) {
  if (cost <= Duration::zero()) return;
  const Instant until = std::min(saturating_add(schedule_.now(), cost), config_.run_limit);
  while (!schedule_.empty() && schedule_.next_time() <= until) {
    const ScheduledEvent event = schedule_.next();
    event.target->on_event(event);
    run_chains();
  }
  schedule_.advance_to(until);
}

// --- Submission ------------------------------------------------------------------------------

void SimulatedOs::start(AsyncOperation& operation) {
  submissions_.push(operation);
  // A chain is submitted in one piece.
  if (++submission_count_ >= submission_entries && operation.link == Link::none) submit();
}

void SimulatedOs::submit() {
  if (submissions_.empty()) return;
  if (recorder_ != nullptr) {
    for (AsyncOperation* each = submissions_.first(); each != nullptr; each = each->next) {
      recorder_->record(
          {.operation = to_number(each->id), .thread = 1, .kind = FactKind::operation_submitted});
    }
  }
  spend(config_.syscall_cost);
  submission_count_ = 0;
  while (AsyncOperation* head = submissions_.pop()) {
    head->backend_state = {};
    for (AsyncOperation* last = head; last->link != Link::none && !submissions_.empty();) {
      AsyncOperation* next = submissions_.pop();
      next->backend_state = {};
      next->backend_state[0] = static_cast<std::uint64_t>(Place::chained);
      last->backend_state[3] = reinterpret_cast<std::uintptr_t>(next);
      last = next;
    }
    begin(*head);
    run_chains();
  }
}

void SimulatedOs::begin(AsyncOperation& operation) {
  operation.backend_state[0] = static_cast<std::uint64_t>(Place::nowhere);
  auto* linked = reinterpret_cast<AsyncOperation*>(operation.backend_state[3]);
  const FactIndex started = record(FactKind::operation_started, operation, 0, 0);
  carry_out(operation, started);
  // A link timeout runs for as long as its target is pending.
  if (place_of(operation) == Place::nowhere || linked == nullptr) return;
  if (linked->opcode != Opcode::link_timeout) return;
  linked->backend_state[1] = reinterpret_cast<std::uintptr_t>(&operation);
  const FactIndex armed = record(FactKind::operation_started, *linked, 0, 0);
  const Instant now = schedule_.now();
  set_timer(*linked,
            linked->relative ? saturating_add(now, linked->deadline.time_since_epoch())
                             : std::max(linked->deadline, now),
            armed);
}

/// Goes on with chains whose last operation is done.
void SimulatedOs::run_chains() {
  while (!chain_steps_.empty()) {
    const ChainStep step = chain_steps_.front();
    chain_steps_.erase(chain_steps_.begin());
    AsyncOperation& operation = *step.operation;
    if (operation.opcode == Opcode::link_timeout) {
      auto* after = reinterpret_cast<AsyncOperation*>(operation.backend_state[3]);
      if (place_of(operation) == Place::timer) {
        timers_[operation.backend_state[2]] = nullptr;
        --pending_;
      }
      if (place_of(operation) != Place::nowhere) cancel_linked(operation, step.cause);
      if (after != nullptr) chain_steps_.push_back({after, step.broken, step.cause});
    } else if (step.broken) {
      operation.link = Link::soft;  // all of the rest is cancelled, also behind a hard link
      cancel_linked(operation, step.cause);
    } else {
      go_on_with(operation, step.cause);
    }
  }
}

// --- Completion ------------------------------------------------------------------------------

void SimulatedOs::complete(AsyncOperation& operation, std::int32_t result, FactIndex cause,
                           std::uint32_t flags) {
  const bool more = (flags & completion_more) != 0;
  const FactIndex completed = record(FactKind::operation_completed, operation, result, cause, more);
  record(FactKind::completion_queued, operation, 0, 0);
  posted_.push_back({&operation, result, flags});
  if (more) return;
  operation.backend_state[0] = static_cast<std::uint64_t>(Place::nowhere);
  auto* linked = reinterpret_cast<AsyncOperation*>(operation.backend_state[3]);
  if (linked == nullptr || operation.opcode == Opcode::link_timeout) return;
  // A file transfer that falls short breaks a soft link, a socket's does not; a timer always does.
  const bool file = operation.opcode == Opcode::read || operation.opcode == Opcode::write;
  const bool fell_short =
      file && result >= 0 && static_cast<std::uint32_t>(result) < operation.length;
  // The kernel does not count it as a failure of a shutdown that nobody is there.
  const bool nobody_there = operation.opcode == Opcode::shutdown && result == -ENOTCONN;
  const bool failed =
      (result < 0 && !nobody_there) || fell_short || operation.opcode == Opcode::timer;
  chain_steps_.push_back({linked, operation.link == Link::soft && failed, completed});
}

void SimulatedOs::pend(AsyncOperation& operation, Place place, std::uint32_t index) {
  operation.backend_state[0] = static_cast<std::uint64_t>(place);
  operation.backend_state[1] = index;
  Socket& socket = sockets_[index];
  ++socket.references;
  ++pending_;
  if (place == Place::receives) socket.receives.push(operation);
  if (place == Place::sends) socket.sends.push(operation);
  if (place == Place::polls) socket.polls.push(operation);
}

FactIndex SimulatedOs::record(FactKind kind, const AsyncOperation& operation, std::int64_t value,
                              FactIndex cause, std::uint8_t detail) {
  if (recorder_ == nullptr) return 0;
  return recorder_->record({.value = static_cast<std::uint64_t>(value),
                            .operation = to_number(operation.id),
                            .cause = cause,
                            .kind = kind,
                            .detail = detail});
}

void SimulatedOs::release_all() {
  submissions_ = {};
  submission_count_ = 0;
  for (const Completion& unheard : posted_) {
    if ((unheard.flags & completion_buffer) == 0) continue;
    give_back(*unheard.operation->buffers, buffer_of(unheard.flags));
  }
  posted_.clear();
  chain_steps_.clear();
  for (std::uint32_t index = 0; index < sockets_.size(); ++index) {
    for (OperationList Socket::*list :
         {&Socket::receives, &Socket::sends, &Socket::polls, &Socket::cancelled}) {
      while ((sockets_[index].*list).pop() != nullptr) release(index, 0);
    }
  }
  for (AsyncOperation*& timer : timers_) {
    const bool runs = timer != nullptr && place_of(*timer) == Place::timer;
    if (runs && timer->opcode == Opcode::connect) {
      release(static_cast<std::uint32_t>(timer->backend_state[1]), 0);
    }
    timer = nullptr;
  }
  pending_ = 0;
}

}  // namespace proactor_lab
