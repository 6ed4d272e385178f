// SimulatedOs's loop: time, submission, chains, completion. What each operation does is in
// simulated_operations.cpp and simulated_transfers.cpp.
#include "sim/system/simulated_os.hpp"

#include <algorithm>
#include <array>
#include <cerrno>

#include "core/detail/chain.hpp"
#include "sim/system/not_modelled.hpp"

namespace proactor_lab {
namespace {

/// True if the operation costs more than its share of the system call that submits it.
bool has_cost(Opcode opcode) {
  return moves_bytes(opcode) || opcode == Opcode::accept || opcode == Opcode::connect;
}

}  // namespace

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
  if (is_free()) network_.let_arrivals_tie();
}

// --- The demultiplexer: time passes in here --------------------------------------------------

bool SimulatedOs::wait(CompletionEventQueue& queue, Instant deadline) {
  submit();
  if (!until_look_.empty()) look();
  ++usage_.calls;
  ++steps_;
  if (is_time_up() || is_full()) {
    limit_reached_ = true;
    return false;
  }
  if (posted_.empty() && !woken_) {
    if (core_ != nullptr) core_->release();
    const bool well = wait_for_completions(deadline);
    while (core_ != nullptr && !core_->acquire()) {
      if (has_ended()) return false;
      take_next_event();
    }
    ++usage_.switches;
    spend(config_.switch_cost);
    if (!well) return false;
  }
  woken_ = false;
  if (posted_.size() > config_.completion_entries) {
    reap_what_fits(queue);
  } else {
    for (const Completion& each : posted_) queue.push(each);
    posted_.clear();
  }
  return true;
}

/// The rest stays in `posted_` for the next wait.
void SimulatedOs::reap_what_fits(CompletionEventQueue& queue) {
  ++overflows_;
  const auto fit = static_cast<std::ptrdiff_t>(config_.completion_entries);
  std::for_each(posted_.begin(), posted_.begin() + fit,
                [&](const Completion& c) { queue.push(c); });
  posted_.erase(posted_.begin(), posted_.begin() + fit);
}

/// Returns false if nothing can complete any more, or a limit was reached.
bool SimulatedOs::wait_for_completions(Instant deadline) {
  while (posted_.empty() && !woken_) {
    const Instant next = schedule_.next_time();
    const bool nothing_comes = next == never && schedule_.empty();
    if (nothing_comes ? deadline == never : has_ended_before(next)) return false;
    const bool only_looks = deadline < schedule_.now() && next == schedule_.now();
    if (nothing_comes || (next > deadline && !(only_looks && looks_on()))) {
      schedule_.advance_to(std::max(deadline, schedule_.now()));
      return true;
    }
    take_next_event();
  }
  return true;
}

/// With full freedom: whether another event that is due now happens although the program only
/// polls.
bool SimulatedOs::looks_on() {
  if (!is_free()) return false;
  const Question question{QuestionKind::completion_order, 0, look_questions_++};
  return schedule_.choices().pick(2, question) == 1;
}

void SimulatedOs::take_next_event() {
  ++steps_;
  const ScheduledEvent event = schedule_.next();
  event.target->on_event(event);
  run_chains();
}

void SimulatedOs::compute(Duration cost) {
  if (worker_clock_ == nullptr) return spend(cost);
  *worker_clock_ = after(*worker_clock_, cost);
}

Instant SimulatedOs::after(Instant from, Duration cost) {
  if (cost <= Duration::zero()) return from;
  const Instant end = saturating_add(from, cost);
  timed_out_ |= end > config_.run_limit;
  return std::max(from, std::min(end, config_.run_limit));
}

void SimulatedOs::pass(Duration cost) {
  usage_.cpu_time += cost;
  const Instant until = after(schedule_.now(), cost);
  passing_ = is_free();
  while (!schedule_.empty() && schedule_.next_time() <= until) {
    if (is_full()) {  // the next wait ends it
      passing_ = false;
      return;
    }
    take_next_event();
  }
  passing_ = false;
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
  if (recorder_ != nullptr) record_submission();
  spend(submission_cost());
  submission_count_ = 0;
  submitting_ = true;
  batch_begins_ = posted_.size();
  while (!submissions_.empty()) {
    AsyncOperation* const head = order_.take(submissions_);
    head != nullptr ? begin_chain(*head) : note_held_back();
    if (!chain_steps_.empty()) go_on_with_chains();
  }
  if (is_free() && posted_.size() > batch_begins_) tell_of_quick_workers();
  submitting_ = false;
  if (!after_batch_.empty()) go_on_after_batch();
  run_chains();
}

void SimulatedOs::record_submission() {
  for (AsyncOperation* each = submissions_.first(); each != nullptr; each = each->next) {
    recorder_->record(
        {.operation = to_number(each->id), .thread = 1, .kind = FactKind::operation_submitted});
  }
}

Duration SimulatedOs::submission_cost() const {
  Duration cost = config_.syscall_cost;
  if (config_.operation_cost <= Duration::zero()) return cost;
  for (AsyncOperation* each = submissions_.first(); each != nullptr; each = each->next) {
    if (has_cost(each->opcode)) cost += config_.operation_cost;
  }
  return cost;
}

/// An operation with `drain` is done when its last completion is reported, or a little later.
void SimulatedOs::note_held_back() {
  chains_used_ = true;
  if (!is_free() || !order_.ended_drain()) return;
  const Question question{QuestionKind::drain_end, 0, drain_questions_++};
  if (schedule_.choices().pick(2, question) == 1) order_.keep_drain();
}

/// Refuses what workers handle differently: they wait before they try, or lose a failed operation's
/// buffer.
void SimulatedOs::refuse_behind_drain(const AsyncOperation& head) {
  for (const AsyncOperation* each = &head; each != nullptr; each = linked_to(*each)) {
    if (each->multishot) not_modelled("a multishot operation that a drain held back");
    if (each->buffers != nullptr) not_modelled("a provided buffer for what a drain held back");
    if (each->opcode == Opcode::connect) not_modelled("a connect that a drain held back");
  }
}

/// Begins released chains, or has workers begin them. Returns true if there was any.
bool SimulatedOs::begin_released() {
  bool any = false;
  for (; AsyncOperation* head = order_.next_released(); any = true) {
    refuse_behind_drain(*head);
    is_free() ? begin_late(*head) : begin_chain(*head);
  }
  return any;
}

void SimulatedOs::begin_chain(AsyncOperation& head) {
  is_chain_refused(head) ? refuse_chain(head) : begin(head);
}

/// The kernel refused an operation of the chain before any began: the head ends, and the rest
/// follows as after a broken link.
void SimulatedOs::refuse_chain(AsyncOperation& head) {
  const FactIndex started = record(FactKind::operation_started, head, 0, 0);
  if (!is_free() || !is_put_off(head)) return end_refused(head, started);
  head.backend_state[0] = static_cast<std::uint64_t>(Place::refused);
  put_off(head, started);
}

void SimulatedOs::end_refused(AsyncOperation& head, FactIndex cause) {
  end(head, mark_refused(head), {.cause = cause, .refused = true}, 0, true);
  add_step(step_behind_refused(head, cause));
}

void SimulatedOs::begin(AsyncOperation& operation) {
  operation.backend_state[0] = static_cast<std::uint64_t>(Place::nowhere);
  operation.backend_state[2] = 0;
  const FactIndex started = record(FactKind::operation_started, operation, 0, 0);
  AsyncOperation* linked = linked_to(operation);
  linked == nullptr ? carry_out(operation, started) : begin_with(*linked, operation, started);
}

/// True if a worker finds that a timeout has expired before its target is in flight.
bool SimulatedOs::expires_before(const AsyncOperation& linked) {
  const bool behind_drain = is_free() && linked.opcode == Opcode::link_timeout &&
                            order_.has_drained() && !linked.relative &&
                            linked.deadline <= schedule_.now();
  if (behind_drain && choose(2, QuestionKind::timeout_result, linked) == 1) {
    not_modelled("a link timeout that has expired when a drain lets what it bounds begin");
  }
  return is_free() && linked.opcode == Opcode::link_timeout &&
         (order_.has_drained() || in_worker_) && linked.relative && linked.deadline <= Instant{} &&
         choose(2, QuestionKind::timeout_result, linked) == 1;
}

/// `linked` follows the operation, or limits it.
void SimulatedOs::begin_with(AsyncOperation& linked, AsyncOperation& operation, FactIndex started) {
  linked.backend_state[2] = 1;
  chains_used_ = true;
  if (expires_before(linked)) {
    operation.backend_state[3] = linked.backend_state[3];
    linked.backend_state[3] = 0;
    end(linked, -ENOENT, {.cause = started}, 0, is_told(linked, -ENOENT, false));
    return carry_out(operation, started);
  }
  carry_out(operation, started);
  // A link timeout runs for as long as its target is pending.
  if (place_of(operation) == Place::nowhere || linked.opcode != Opcode::link_timeout) return;
  if (in_worker_) {
    not_modelled(
        "a link timeout of an operation linked behind one that a thread of the kernel did");
  }
  linked.backend_state[1] = reinterpret_cast<std::uintptr_t>(&operation);
  const FactIndex armed = record(FactKind::operation_started, linked, 0, 0);
  const Instant now = schedule_.now();
  set_timer(linked,
            linked.relative ? saturating_add(now, linked.deadline.time_since_epoch())
                            : std::max(linked.deadline, now),
            armed);
}

/// Continues chains whose last operation is done, and starts chains that waited for those before.
void SimulatedOs::go_on_with_chains() {
  do {
    while (!chain_steps_.empty()) {
      const ChainStep step = chain_steps_.front();
      chain_steps_.erase(chain_steps_.begin());
      run_step(step);
    }
    if (submitting_) return;
    const AsyncOperation* last = order_.release();
    const bool ends =
        last != nullptr && is_free() && choose(2, QuestionKind::drain_end, *last) == 1;
    if (ends) order_.end_drain();
  } while (begin_released());
}

void SimulatedOs::run_step(const ChainStep& step) {
  AsyncOperation& operation = *step.operation;
  const bool timeout = operation.opcode == Opcode::link_timeout;
  if (!timeout && !step.broken) return go_on_with(step);
  const Place place = place_of(operation);
  std::int32_t result = -ECANCELED;
  if (place == Place::chained && operation.backend_state[1] != 0) {
    result = result_behind_break(operation);  // that it was checked is recorded
    record(FactKind::operation_started, operation, 0, step.cause);
  }
  if (!timeout) return cancel_linked(operation, result, step);
  AsyncOperation* after = linked_to(operation);
  if (place == Place::timer) {
    Pending& timer = timers_[operation.backend_state[2]];
    // The timeout is due, too: it looks for its target, perhaps too late.
    if (timer.due <= schedule_.now() && is_free()) {
      constexpr std::array<std::int32_t, 3> told{-ECANCELED, -ENOENT, -ETIME};
      result = told[choose(3, QuestionKind::timeout_result, operation)];
    }
    timer.operation = nullptr;
    --pending_;
  }
  if (place != Place::nowhere) cancel_linked(operation, result, step);
  add_step({.operation = after,
            .broken = step.broken,
            .cause = step.cause,
            .silent = step.silent,
            .directly = false,
            .by_worker = step.by_worker});
}

// --- Completion ------------------------------------------------------------------------------

/// A multishot operation ends if the completion queue is full.
std::uint32_t SimulatedOs::more_of(const AsyncOperation& operation) const {
  const bool room = posted_.size() < config_.completion_entries;
  return repeats(operation) && room ? completion_more : 0;
}

void SimulatedOs::complete(AsyncOperation& operation, std::int32_t result, FactIndex cause,
                           std::uint32_t flags) {
  if ((result < 0 || in_worker_alone_ != nullptr) && completes_late(operation, result)) {
    return finish_late(operation, result, cause, flags);
  }
  const bool more = (flags & completion_more) != 0;
  if (linked_to(operation) != nullptr) {
    return end(operation, result, {.cause = cause}, flags, is_told(operation, result, more));
  }
  // Most operations have no successor.
  record(FactKind::operation_completed, operation, result, cause, more);
  if (is_told(operation, result, more)) tell({&operation, result, flags});
  if (!more) forget(operation);
}

/// `step` is the step that ended the operation.
void SimulatedOs::end(AsyncOperation& operation, std::int32_t result, const ChainStep& step,
                      std::uint32_t flags, bool told) {
  const bool more = (flags & completion_more) != 0;
  const FactIndex completed =
      record(FactKind::operation_completed, operation, result, step.cause, more);
  if (told) tell({&operation, result, flags});
  if (more) return;
  forget(operation);
  ChainStep behind = step_behind(operation, result, step, completed);
  behind.by_worker = is_free() && (in_worker_ || is_done_by_worker(operation, result));
  add_step(behind);
}

/// True if what follows `operation` happens later: see simulated_late_work.cpp. With full freedom
/// it may also happen at once, as long as the submission has more entries.
bool SimulatedOs::is_put_off(const AsyncOperation& operation) {
  if (!is_free()) return submitting_;
  const bool more = submitting_ && !submissions_.empty();
  return !more || choose(2, QuestionKind::completion_order, operation) == 1;
}

/// Makes a choice of the kernel and records the answer.
std::uint32_t SimulatedOs::choose(std::uint32_t n, QuestionKind kind, OperationId operation) {
  if (releasing_) return 0;
  const std::uint64_t entity = to_number(operation);
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
  if (in_worker_ && place != Place::polls) {
    not_modelled("an operation that waits, linked behind one that a thread of the kernel did");
  }
  operation.backend_state[0] = static_cast<std::uint64_t>(place);
  operation.backend_state[1] = arming_of(index);
  Socket& socket = sockets_[index];
  ++socket.references;
  ++pending_;
  (place == Place::receives ? socket.receives
   : place == Place::sends  ? socket.sends
                            : socket.polls)
      .push(operation);
}

/// Continues chains, and begins what a drain delayed, as the kernel does: an operation is cancelled
/// only when it is in flight.
void SimulatedOs::release_all() {
  submissions_ = {};
  submission_count_ = 0;
  submitting_ = in_worker_ = passing_ = false;  // an exception may have left them set
  in_worker_alone_ = nullptr;
  told_by_workers_.clear();
  forget_posted();
  if (chains_used_) end_chains();
  chains_used_ = false;
  chain_steps_.clear();
  after_batch_.clear();
  order_.clear();
  until_look_.clear();
  for (std::uint32_t index = 0; index < sockets_.size(); ++index) {
    for (OperationList Socket::*list :
         {&Socket::receives, &Socket::sends, &Socket::polls, &Socket::cancelled}) {
      while (AsyncOperation* operation = (sockets_[index].*list).pop()) {
        operation->backend_state[0] = static_cast<std::uint64_t>(Place::nowhere);
        release(index, 0);
      }
    }
  }
  for (Pending& timer : timers_) {
    if (timer.operation == nullptr) continue;
    if (holds_socket(*timer.operation)) {
      release(static_cast<std::uint32_t>(timer.operation->backend_state[1]), 0);
    }
    timer.operation->backend_state[0] = static_cast<std::uint64_t>(Place::nowhere);
    timer.operation = nullptr;
  }
  pending_ = 0;
}

void SimulatedOs::forget_posted() {
  for (const Completion& unheard : posted_) {
    if ((unheard.flags & completion_buffer) == 0) continue;
    give_back(*unheard.operation->buffers, buffer_of(unheard.flags));
  }
  posted_.clear();
}

}  // namespace proactor_lab
