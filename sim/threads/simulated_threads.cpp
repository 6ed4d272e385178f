// SimulatedThreads' threads and cores: which thread runs, what a call costs, which threads are
// woken. What each call does is in simulated_calls.cpp.
#include "sim/threads/simulated_threads.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

namespace proactor_lab {

SimulatedThreads::SimulatedThreads(const SimulatedThreadsConfig& config, Schedule& schedule,
                                   Network& network, Recorder* recorder)
    : config_(config),
      schedule_(schedule),
      network_(network),
      recorder_(recorder),
      descriptors_(config.handle_limit) {
  schedule_.set_recorder(recorder);
}

const char* SimulatedThreads::keep(std::string_view text) {
  if (recorder_ != nullptr) return recorder_->keep(text);
  return kept_.emplace_back(text).c_str();
}

// --- Threads begin, run and end ----------------------------------------------------------------

void SimulatedThreads::start(Task task, const char* label) {
  BlockingCall call{.kind = BlockingCallKind::start_thread,
                    .thread = prepare_thread(std::move(task), label)};
  attempt_start_thread(call);
}

std::uint32_t SimulatedThreads::prepare_thread(Task task, const char* label) {
  if (threads_left_ >= std::min<std::uint32_t>(config_.thread_limit, UINT16_MAX - 1)) return none;
  if (free_threads_.empty()) {
    free_threads_.push_back(static_cast<std::uint32_t>(threads_.size()));
    threads_.emplace_back();
  }
  const std::uint32_t index = free_threads_.back();
  free_threads_.pop_back();
  ++threads_left_;
  Thread& thread = threads_[index];
  thread = {};
  thread.resume_at = task.handle();
  thread.task.emplace(std::move(task));
  thread.label = label;
  thread.id = static_cast<std::uint16_t>(index + 1);
  usage_.threads_max = std::max(usage_.threads_max, static_cast<std::uint32_t>(threads_left_));
  return index;
}

void SimulatedThreads::run() {
  fill_cores();
  while (threads_left_ > 0 && !limit_reached_ && !schedule_.empty()) {
    if (schedule_.next_time() > config_.run_limit) limit_reached_ = true;
    if (is_over_limit()) return;
    const ScheduledEvent event = schedule_.next();
    event.target->on_event(event);
    fill_cores();
  }
}

void SimulatedThreads::fill_cores() {
  while (busy_cores_ < config_.cores && !run_queue_.empty() && !limit_reached_) {
    const std::uint32_t index = run_queue_.front();
    run_queue_.pop_front();
    ++busy_cores_;
    ++usage_.switches;
    threads_[index].state = State::running;
    record(FactKind::thread_switched, threads_[index].id);
    // The program exists, and may listen, when the world begins: its first switch is free.
    const Duration cost = usage_.switches == 1 ? Duration::zero() : config_.switch_cost;
    if (cost > Duration::zero() && !pass(cost)) {
      schedule_.at(schedule_.now() + cost, {this, 0, index, 0, cost_paid});
    } else {
      go_on(index);
    }
  }
}

/// Lets a thread that holds a core run until it waits for something.
void SimulatedThreads::go_on(std::uint32_t index) {
  if (threads_[index].call != nullptr && !go_on_with_call(index)) return;
  current_ = index;
  threads_[index].resume_at.resume();
  current_ = none;
  if (threads_[index].task->done()) end_thread(index);
}

void SimulatedThreads::end_thread(std::uint32_t index) {
  Thread& thread = threads_[index];
  thread.state = State::done;
  --busy_cores_;
  --threads_left_;
  record(FactKind::thread_exited, thread.id);
  const Task task = std::move(*thread.task);
  thread.task.reset();
  free_threads_.push_back(index);
  task.rethrow();
}

bool SimulatedThreads::begin(BlockingCall& call, std::coroutine_handle<> handle) {
  const std::uint32_t index = current_;
  Thread& thread = threads_[index];
  thread.call = &call;
  thread.resume_at = handle;
  thread.entered = false;
  thread.notified = false;
  if (is_over_limit()) return true;  // and it is never resumed
  if (recorder_ != nullptr) {
    if (is_system_call(call.kind)) {
      record(FactKind::syscall_entered, thread.id,
             {.value = call.length,
              .extra = fact_text(name_of(call.kind)),
              .handle = to_number(call.handle)});
    } else if (call.kind == BlockingCallKind::lock) {
      record(FactKind::lock_requested, thread.id,
             {.extra = fact_text(locks_[static_cast<std::uint32_t>(call.lock)].label)});
    }
  }
  return !go_on_with_call(index);
}

/// Counts a step, so that a program whose calls take no time ends, too.
bool SimulatedThreads::is_over_limit() {
  ++steps_;
  const bool told_enough = recorder_ != nullptr && recorder_->recorded() >= config_.fact_limit;
  limit_reached_ = limit_reached_ || out_of_steps() || told_enough;
  return limit_reached_;
}

/// Pays for the thread's call, then tries it. Returns true if it is done. The thread holds a core.
bool SimulatedThreads::go_on_with_call(std::uint32_t index) {
  Thread& thread = threads_[index];
  if (!thread.entered) {
    thread.entered = true;
    const Duration cost = cost_of(*thread.call);
    if (cost > Duration::zero() && !pass(cost)) {
      schedule_.at(saturating_add(schedule_.now(), cost), {this, 0, index, 0, cost_paid});
      return false;
    }
  }
  if (!attempt(index)) return false;
  finish_call(thread);
  return true;
}

Duration SimulatedThreads::cost_of(const BlockingCall& call) const {
  const auto& lock = [&]() -> const LockState& {
    return locks_[static_cast<std::uint32_t>(call.lock)];
  };
  switch (call.kind) {
    case BlockingCallKind::compute:
      return call.duration;
    case BlockingCallKind::start_thread:
      return config_.thread_start_cost;
    // A lock is memory: the kernel is called only if a thread waits, or has to (futex(2)).
    case BlockingCallKind::lock:
      return lock().holder == none ? Duration::zero() : config_.syscall_cost;
    case BlockingCallKind::try_lock:
      return Duration::zero();
    case BlockingCallKind::unlock:
      return lock().waiters.empty() ? Duration::zero() : config_.syscall_cost;
    case BlockingCallKind::notify_one:
    case BlockingCallKind::notify_all:
      return conditions_[static_cast<std::uint32_t>(call.condition)].waiters.empty()
                 ? Duration::zero()
                 : config_.syscall_cost;
    default:
      return config_.syscall_cost + (moves_data(call.kind) ? config_.operation_cost : Duration{0});
  }
}

/// The running thread spends `cost`. Returns true if nothing else happens meanwhile and the time
/// has passed.
bool SimulatedThreads::pass(Duration cost) {
  usage_.cpu_time += cost;
  const Instant until = saturating_add(schedule_.now(), cost);
  const bool somebody_else_starts = busy_cores_ < config_.cores && !run_queue_.empty();
  if (somebody_else_starts || schedule_.next_time() <= until || until > config_.run_limit) {
    return false;
  }
  schedule_.advance_to(until);
  return true;
}

void SimulatedThreads::finish_call(Thread& thread) {
  const BlockingCall& call = *thread.call;
  thread.call = nullptr;
  if (!is_system_call(call.kind)) return;
  ++usage_.calls;
  record(FactKind::syscall_returned, thread.id,
         {.value = static_cast<std::uint64_t>(std::int64_t{call.result}),
          .extra = fact_text(name_of(call.kind)),
          .handle = to_number(call.handle)});
}

// --- Waiting and waking ------------------------------------------------------------------------

void SimulatedThreads::block(std::uint32_t index, FactBlock why, const char* condition) {
  Thread& thread = threads_[index];
  record(FactKind::thread_blocked, thread.id,
         {.extra = fact_text(condition),
          .handle = to_number(thread.call->handle),
          .detail = static_cast<std::uint8_t>(why)});
  thread.state = State::blocked;
  --busy_cores_;
}

void SimulatedThreads::make_runnable(std::uint32_t index, FactIndex cause) {
  record(FactKind::thread_woken, threads_[index].id, {.cause = cause});
  await_core(index);
}

void SimulatedThreads::await_core(std::uint32_t index) {
  threads_[index].state = State::runnable;
  run_queue_.push_back(index);
  if (busy_cores_ < config_.cores) return;
  record(FactKind::thread_blocked, threads_[index].id,
         {.detail = static_cast<std::uint8_t>(FactBlock::cpu)});
}

void SimulatedThreads::put(WaitList& list, std::uint32_t index) {
  threads_[index].next_waiting = none;
  (list.empty() ? list.first : threads_[list.last].next_waiting) = index;
  list.last = index;
}

std::uint32_t SimulatedThreads::take(WaitList& list) {
  const std::uint32_t index = list.first;
  list.first = threads_[index].next_waiting;
  return index;
}

void SimulatedThreads::wake_all(WaitList& list, FactIndex cause) {
  while (!list.empty()) make_runnable(take(list), cause);
}

void SimulatedThreads::on_event(const ScheduledEvent& event) {
  if (event.type == cost_paid) {
    go_on(event.subject);
  } else {
    make_runnable(event.subject, event.cause);
  }
}

FactIndex SimulatedThreads::record(FactKind kind, std::uint16_t thread, Fact fact) {
  if (recorder_ == nullptr) return 0;
  fact.kind = kind;
  fact.thread = thread;
  return recorder_->record(fact);
}

}  // namespace proactor_lab
