// SimulatedOs's loop: time, submission, chains, completion. What each operation does is in
// simulated_operations.cpp and simulated_transfers.cpp.
#include "sim/simulated_os.hpp"

#include <algorithm>
#include <cerrno>

#include "core/chain.hpp"

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
  const std::size_t fit = std::min<std::size_t>(posted_.size(), config_.completion_entries);
  if (fit < posted_.size()) ++overflows_;
  for (std::size_t i = 0; i < fit; ++i) queue.push(posted_[i]);
  posted_.erase(posted_.begin(), posted_.begin() + static_cast<std::ptrdiff_t>(fit));
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
  if (++submission_count_ >= config_.submission_entries && operation.link == Link::none) submit();
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
  batching_ = is_free();
  while (AsyncOperation* head = submissions_.pop()) {
    take_chain(*head);
    // What follows on something may wait until all that was submitted with it had its turn.
    const bool others = batching_ && !submissions_.empty();
    const bool follows = !chain_steps_.empty();
    if (others && follows && choose(2, QuestionKind::completion_order, *head) == 1) continue;
    run_chains();
  }
  end_submission();
}

/// One operation, or those that are linked to it: taken up, or kept until all before are over.
void SimulatedOs::take_chain(AsyncOperation& head) {
  head.backend_state = {};
  bool refused = is_refused(head, nullptr);
  bool drains = has(head.flags, OperationFlags::drain) || next_drains_;
  next_drains_ = false;
  std::size_t count = 1;
  for (AsyncOperation* last = &head; last->link != Link::none && !submissions_.empty(); ++count) {
    AsyncOperation* next = submissions_.pop();
    next->backend_state = {};
    next->backend_state[0] = static_cast<std::uint64_t>(Place::chained);
    refused |= is_refused(*next, last);
    // Asked for in a chain, it holds for the whole of it and for what comes next.
    next_drains_ |= has(next->flags, OperationFlags::drain);
    link_to(*last, *next);
    last = next;
  }
  drains |= next_drains_;
  if (drains || !deferred_.empty()) {
    head.backend_state[0] = static_cast<std::uint64_t>(Place::chained);
    head.backend_state[2] = drains;
    return deferred_.push(head);
  }
  under_way_ += count;
  refused ? refuse_chain(&head) : begin(head);
}

/// The kernel found fault with one of them before any began.
void SimulatedOs::refuse_chain(AsyncOperation* operation) {
  const bool silent = has(operation->flags, OperationFlags::skip_success);
  const AsyncOperation* before = nullptr;
  while (operation != nullptr) {
    AsyncOperation* const next = linked_to(*operation);
    const FactIndex started = record(FactKind::operation_started, *operation, 0, 0);
    const std::int32_t result = is_refused(*operation, before) ? -EINVAL : -ECANCELED;
    operation->backend_state[3] = 0;
    const bool told = before == nullptr || !silent;
    if (config_.late_work && told) {
      refuse_late(*operation, result, started);
    } else {
      end(*operation, result, {.cause = started}, 0, told);
    }
    before = operation;
    operation = next;
  }
}

void SimulatedOs::begin_chain(AsyncOperation& head) {
  bool refused = is_refused(head, nullptr);
  ++under_way_;
  const AsyncOperation* last = &head;
  while (const AsyncOperation* next = linked_to(*last)) {
    refused |= is_refused(*next, last);
    ++under_way_;
    last = next;
  }
  refused ? refuse_chain(&head) : begin(head);
}

/// What was submitted is taken up: now those follow that were kept until here.
void SimulatedOs::end_submission() {
  if (!batching_) return;
  flush_batch();
  batching_ = false;
  for (std::size_t i = 0; i < cancelled_.size(); ++i) {
    const auto [target, cause] = cancelled_[i];
    cancel_pending(*target, cause);
  }
  cancelled_.clear();
  run_chains();
}

void SimulatedOs::begin(AsyncOperation& operation) {
  operation.backend_state[0] = static_cast<std::uint64_t>(Place::nowhere);
  AsyncOperation* linked = linked_to(operation);
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

/// Goes on with chains whose last operation is done, and with what waits for all before it.
void SimulatedOs::run_chains() {
  do {
    while (!chain_steps_.empty()) {
      const ChainStep step = chain_steps_.front();
      chain_steps_.erase(chain_steps_.begin());
      run_step(step);
    }
  } while (!deferred_.empty() && begin_deferred());
}

void SimulatedOs::run_step(const ChainStep& step) {
  AsyncOperation& operation = *step.operation;
  if (operation.opcode != Opcode::link_timeout) {
    return step.broken ? cancel_linked(operation, step) : go_on_with(operation, step.cause);
  }
  AsyncOperation* after = linked_to(operation);
  const Place place = place_of(operation);
  std::int32_t result = -ECANCELED;
  if (place == Place::timer) {
    Pending& timer = timers_[operation.backend_state[2]];
    // Its moment has come, too: it looks for its target, and may come too late.
    if (timer.due <= schedule_.now() && is_free() &&
        choose(2, QuestionKind::timeout_result, operation) == 1) {
      result = -ENOENT;
    }
    timer.operation = nullptr;
    --pending_;
  }
  if (result == -ENOENT) {
    end(operation, result, step, 0, !step.silent);
  } else if (place != Place::nowhere) {
    cancel_linked(operation, step);
  }
  if (after != nullptr) chain_steps_.push_back({after, step.broken, step.cause, step.silent});
}

/// True where it began any. What drains waits until nothing before it is under way; so does the
/// first one after it.
bool SimulatedOs::begin_deferred() {
  bool began = false;
  bool drains = false;
  while (AsyncOperation* head = deferred_.first()) {
    drains |= head->backend_state[2] != 0;
    if ((drains || !began) && under_way_ > 0) break;
    deferred_.pop();
    head->backend_state[2] = 0;
    began = true;
    begin_chain(*head);
  }
  return began;
}

// --- Completion ------------------------------------------------------------------------------

/// Where the completion queue is full nothing completes again and again.
std::uint32_t SimulatedOs::more_of(const AsyncOperation& operation) const {
  const bool room = posted_.size() + batch_.size() < config_.completion_entries;
  return operation.multishot && room ? completion_more : 0;
}

void SimulatedOs::complete(AsyncOperation& operation, std::int32_t result, FactIndex cause,
                           std::uint32_t flags) {
  const bool told =
      !has(operation.flags, OperationFlags::skip_success) || is_failure(operation, result);
  end(operation, result, {.cause = cause}, flags, told);
}

/// `step` is how it came to its end: a chain that broke goes on breaking.
void SimulatedOs::end(AsyncOperation& operation, std::int32_t result, const ChainStep& step,
                      std::uint32_t flags, bool told) {
  const bool more = (flags & completion_more) != 0;
  const FactIndex completed =
      record(FactKind::operation_completed, operation, result, step.cause, more);
  if (told && batching_ && !more) {
    batch_.push_back({&operation, result, flags});
  } else if (told) {
    // One of many results does not wait for those that were submitted with it.
    if (!batch_.empty() && choose(2, QuestionKind::completion_order, operation) == 0) flush_batch();
    post(operation, result, flags);
  }
  if (more) return;
  operation.backend_state[0] = static_cast<std::uint64_t>(Place::nowhere);
  --under_way_;
  AsyncOperation* linked = linked_to(operation);
  if (linked == nullptr || operation.opcode == Opcode::link_timeout) return;
  const bool failed = is_failure(operation, result);
  const bool breaks = step.broken || (operation.link == Link::soft && failed);
  const bool silent = step.silent || (failed && has(operation.flags, OperationFlags::skip_success));
  chain_steps_.push_back({linked, breaks, completed, silent && breaks});
}

void SimulatedOs::post(AsyncOperation& operation, std::int32_t result, std::uint32_t flags) {
  record(FactKind::completion_queued, operation, 0, 0);
  posted_.push_back({&operation, result, flags});
}

void SimulatedOs::flush_batch() {
  for (const Completion& each : batch_) post(*each.operation, each.result, each.flags);
  batch_.clear();
}

/// The kernel is free; the answer goes into the trace.
std::uint32_t SimulatedOs::choose(std::uint32_t n, QuestionKind kind,
                                  const AsyncOperation& operation) {
  const std::uint64_t entity = to_number(operation.id);
  const std::uint32_t answer =
      schedule_.choices().pick(n, {kind, entity, asked_[{kind, entity}]++});
  record_choice(answer, n, kind);
  return answer;
}

void SimulatedOs::record_choice(std::uint32_t answer, std::uint32_t n, QuestionKind kind) {
  if (recorder_ == nullptr) return;
  recorder_->record({.value = answer | std::uint64_t{n} << 32,
                     .extra = fact_text(name_of(kind).data()),
                     .kind = FactKind::choice_made});
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
  deferred_ = {};
  next_drains_ = false;
  under_way_ = 0;
  for (std::uint32_t index = 0; index < sockets_.size(); ++index) {
    for (OperationList Socket::*list :
         {&Socket::receives, &Socket::sends, &Socket::polls, &Socket::cancelled}) {
      while ((sockets_[index].*list).pop() != nullptr) release(index, 0);
    }
  }
  for (Pending& timer : timers_) {
    const bool runs = timer.operation != nullptr && place_of(*timer.operation) == Place::timer;
    if (runs && timer.operation->opcode == Opcode::connect) {
      release(static_cast<std::uint32_t>(timer.operation->backend_state[1]), 0);
    }
    timer.operation = nullptr;
  }
  pending_ = 0;
}

}  // namespace proactor_lab
