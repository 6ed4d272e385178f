// LiveThreads: threads, locks and the end of a run. Sockets are in live_calls.cpp.
#include "core/blocking/live_threads.hpp"

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

namespace proactor_lab {
namespace {

/// True on the run's first thread, which records into the recorder's loop lane.
thread_local bool is_first_thread = false;

}  // namespace

LiveThreads::LiveThreads(Recorder* recorder)
    : recorder_(recorder), stop_event_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

LiveThreads::~LiveThreads() {
  for (Thread& thread : threads_) {
    if (thread.body.joinable()) thread.body.join();
  }
  for (const int descriptor : open_) ::close(descriptor);
  ::close(stop_event_);
}

const char* LiveThreads::keep(std::string_view text) {
  return recorder_ != nullptr ? recorder_->keep(text) : kept_.emplace_back(text).c_str();
}

void LiveThreads::record(Fact fact) {
  if (recorder_ == nullptr) return;
  if (!is_first_thread) return recorder_->record_elsewhere(fact);
  fact.thread = loop_thread_number;
  recorder_->record(fact);
}

// --- Threads -----------------------------------------------------------------------------------

void LiveThreads::run(Task task, const char* label) {
  is_first_thread = true;
  record({.extra = fact_text(label), .kind = FactKind::thread_started});
  Thread& first = threads_.emplace_back();
  first.task.emplace(std::move(task));
  alive_ = threads_max_ = 1;
  run_body(first);
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return alive_ == 0; });
  lock.unlock();
  join_finished();
  is_first_thread = false;
  if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
}

void LiveThreads::run_body(Thread& thread) {
  thread.task->handle().resume();
  std::exception_ptr failure;
  try {
    thread.task->rethrow();
  } catch (...) {
    failure = std::current_exception();
  }
  thread.task.reset();
  record({.kind = FactKind::thread_exited});
  if (failure) stop();
  const std::lock_guard lock(mutex_);
  if (failure && !failure_) failure_ = failure;
  if (thread.id != 0) finished_.push_back(thread.id);
  --alive_;
  changed_.notify_all();
}

std::uint32_t LiveThreads::prepare_thread(Task task, const char* label) {
  const std::lock_guard lock(mutex_);
  Thread& thread = threads_.emplace_back();
  thread.task.emplace(std::move(task));
  thread.label = label;
  return thread.id = ++last_thread_;
}

std::int32_t LiveThreads::start_thread(std::uint32_t id) {
  join_finished();
  const std::lock_guard lock(mutex_);
  auto thread = std::prev(threads_.end());
  while (thread->id != id) --thread;  // one of the last
  ++alive_;
  threads_max_ = std::max(threads_max_, alive_);
  try {
    thread->body = std::thread([this, &self = *thread] {
      if (recorder_ != nullptr) recorder_->adopt_this_thread(self.label);
      run_body(self);
    });
  } catch (const std::system_error&) {  // the system cannot start another thread
    --alive_;
    threads_.erase(thread);
    return -EAGAIN;
  }
  return 0;
}

/// Joins threads that have ended, so that their number does not grow without limit.
void LiveThreads::join_finished() {
  std::list<Thread> through;
  {
    const std::lock_guard lock(mutex_);
    if (finished_.empty()) return;
    const std::set<std::uint32_t> ids(finished_.begin(), finished_.end());
    finished_.clear();
    for (auto each = threads_.begin(); each != threads_.end();) {
      const auto next = std::next(each);
      if (ids.contains(each->id)) through.splice(through.end(), threads_, each);
      each = next;
    }
  }
  for (Thread& thread : through) thread.body.join();
}

void LiveThreads::stop() {
  stopping_ = true;
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(stop_event_, &one, sizeof(one));
  for (LockState& lock : locks_) {
    const std::lock_guard guard(lock.mutex);  // a thread that checked before is waiting by now
    lock.free.notify_all();
    for (ConditionState& condition : conditions_) condition.notified.notify_all();
  }
  const std::lock_guard guard(mutex_);
  for (const int descriptor : open_) shutdown(descriptor, SHUT_RDWR);
  changed_.notify_all();
}

// --- Calls -------------------------------------------------------------------------------------

bool LiveThreads::begin(BlockingCall& call, std::coroutine_handle<>) {
  if (recorder_ == nullptr || !is_system_call(call.kind)) {
    call.result = carry_out(call);
    return false;
  }
  const std::uint64_t name = fact_text(name_of(call.kind));
  record({.value = call.length,
          .extra = name,
          .handle = to_number(call.handle),
          .kind = FactKind::syscall_entered});
  call.result = carry_out(call);
  record({.value = static_cast<std::uint64_t>(std::int64_t{call.result}),
          .extra = name,
          .handle = to_number(call.handle),
          .kind = FactKind::syscall_returned});
  return false;
}

std::int32_t LiveThreads::carry_out(BlockingCall& call) {
  const auto lock = [&]() -> LockState& { return locks_[static_cast<std::size_t>(call.lock)]; };
  switch (call.kind) {
    case BlockingCallKind::accept:
      return accept(call.handle);
    case BlockingCallKind::connect:
      return connect(call);
    case BlockingCallKind::read:
    case BlockingCallKind::write:
      return transfer(call);
    case BlockingCallKind::poll:
      return poll(call);
    case BlockingCallKind::watch:
      return watch(call);
    case BlockingCallKind::wait_ready:
      return wait_ready(call);
    case BlockingCallKind::close:
      return close(call.handle);
    case BlockingCallKind::start_thread:
      return start_thread(call.thread);
    case BlockingCallKind::sleep:
      return sleep(call.duration);
    case BlockingCallKind::lock:
    case BlockingCallKind::try_lock:
      return take_lock(lock(), call.kind == BlockingCallKind::lock);
    case BlockingCallKind::unlock:
      return give_lock(lock());
    case BlockingCallKind::wait:
      return wait(call);
    case BlockingCallKind::notify_one:
    case BlockingCallKind::notify_all:
      notify(call);
      return 0;
    case BlockingCallKind::compute: {
      const std::int64_t until = Recorder::monotonic_ns() + call.duration.count();
      while (Recorder::monotonic_ns() < until) {
      }
      return 0;
    }
  }
  return -ENOSYS;
}

std::int32_t LiveThreads::sleep(Duration duration) {
  record({.kind = FactKind::thread_blocked, .detail = static_cast<std::uint8_t>(FactBlock::io)});
  std::unique_lock lock(mutex_);
  const bool stopped = changed_.wait_for(lock, duration, [this] { return stopping_.load(); });
  lock.unlock();
  record({.kind = FactKind::thread_woken});
  return stopped ? -ECANCELED : 0;
}

// --- Locks and conditions ----------------------------------------------------------------------

Lock LiveThreads::make_lock(const char* label) {
  locks_.emplace_back().label = label;
  return Lock{static_cast<std::uint32_t>(locks_.size() - 1)};
}

Condition LiveThreads::make_condition(const char* label) {
  conditions_.emplace_back().label = label;
  return Condition{static_cast<std::uint32_t>(conditions_.size() - 1)};
}

std::int32_t LiveThreads::take_lock(LockState& lock, bool waits) {
  if (waits) record({.extra = fact_text(lock.label), .kind = FactKind::lock_requested});
  std::unique_lock guard(lock.mutex);
  if (!waits && lock.holder != std::thread::id()) return -EBUSY;
  return take_lock(lock, guard);
}

std::int32_t LiveThreads::take_lock(LockState& lock, std::unique_lock<std::mutex>& guard) {
  if (lock.holder != std::thread::id()) {
    record(
        {.kind = FactKind::thread_blocked, .detail = static_cast<std::uint8_t>(FactBlock::lock)});
    lock.free.wait(guard, [&] { return stopping_ || lock.holder == std::thread::id(); });
    record({.kind = FactKind::thread_woken});
    if (lock.holder != std::thread::id()) return -ECANCELED;
  }
  lock.holder = std::this_thread::get_id();
  record({.extra = fact_text(lock.label), .kind = FactKind::lock_acquired});
  return 0;
}

std::int32_t LiveThreads::give_lock(LockState& lock) {
  {
    const std::lock_guard guard(lock.mutex);
    if (lock.holder != std::this_thread::get_id()) return -EPERM;
    lock.holder = {};
    record({.extra = fact_text(lock.label), .kind = FactKind::lock_released});
  }
  lock.free.notify_one();
  return 0;
}

/// May return without a notification, as POSIX allows: callers check their condition again.
std::int32_t LiveThreads::wait(const BlockingCall& call) {
  LockState& lock = locks_[static_cast<std::size_t>(call.lock)];
  std::unique_lock guard(lock.mutex);
  if (lock.holder != std::this_thread::get_id()) return -EPERM;
  lock.holder = {};
  ConditionState& condition = conditions_[static_cast<std::size_t>(call.condition)];
  ++condition.waiting;
  record({.extra = fact_text(lock.label), .kind = FactKind::lock_released});
  lock.free.notify_one();
  record({.extra = fact_text(condition.label),
          .kind = FactKind::thread_blocked,
          .detail = static_cast<std::uint8_t>(FactBlock::job)});
  if (!stopping_) condition.notified.wait(guard);
  --condition.waiting;
  record({.kind = FactKind::thread_woken});
  if (stopping_) return -ECANCELED;
  record({.extra = fact_text(lock.label), .kind = FactKind::lock_requested});
  return take_lock(lock, guard);
}

void LiveThreads::notify(const BlockingCall& call) {
  ConditionState& condition = conditions_[static_cast<std::size_t>(call.condition)];
  const bool all = call.kind == BlockingCallKind::notify_all;
  const std::uint32_t waiting = condition.waiting;
  record({.value = all ? waiting : std::min(waiting, 1u),
          .extra = fact_text(condition.label),
          .kind = FactKind::condition_notified});
  all ? condition.notified.notify_all() : condition.notified.notify_one();
}

}  // namespace proactor_lab
