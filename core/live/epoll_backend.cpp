// EpollBackend's loop: submission, chains, readiness, time, completion.
#include "core/live/epoll_backend.hpp"

#include <algorithm>
#include <array>
#include <cerrno>

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "core/detail/chain.hpp"

namespace proactor_lab {
namespace {

constexpr int events_max = 256;  // of one epoll_wait(2); the rest is reported by the next

}  // namespace

EpollBackend::Descriptors::~Descriptors() {
  for (const int each : {epoll, wake, timer}) {
    if (each >= 0) ::close(each);
  }
}

std::unique_ptr<EpollBackend> EpollBackend::open(Recorder* recorder, std::error_code& error) {
  auto own = std::make_unique<Descriptors>();
  const auto watch = [&](int descriptor) {
    // Edge-triggered: each wake and each expiry is reported once, so the counter need not be read.
    epoll_event event{};
    event.events = EPOLLIN | EPOLLET;
    event.data.fd = descriptor;
    return descriptor >= 0 && epoll_ctl(own->epoll, EPOLL_CTL_ADD, descriptor, &event) == 0;
  };
  own->epoll = epoll_create1(EPOLL_CLOEXEC);
  own->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  own->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
  if (own->epoll < 0 || !watch(own->wake) || !watch(own->timer)) {
    error = last_system_error();
    return nullptr;
  }
  error.clear();
  return std::unique_ptr<EpollBackend>(new EpollBackend(std::move(own), recorder));
}

EpollBackend::EpollBackend(std::unique_ptr<Descriptors> descriptors, Recorder* recorder)
    : descriptors_(std::move(descriptors)),
      recorder_(recorder),
      handles_(recorder, SOCK_NONBLOCK) {}

EpollBackend::~EpollBackend() {
  release_all();
  close_all();
}

// --- The demultiplexer -------------------------------------------------------------------------

bool EpollBackend::wait(CompletionEventQueue& queue, Instant deadline) {
  queue_ = &queue;
  const std::size_t before = queue.size();
  submit();
  bool woken = false;
  do {
    // Even if operations completed at once, check which descriptors are ready.
    woken = look(queue.size() > before ? Instant::min() : deadline);
    expire_timers();
  } while (queue.size() == before && !woken && (deadline == never || now() < deadline));
  queue_ = nullptr;
  return true;
}

/// Waits for readiness until `until` or the next timer. Returns true if `wake` was called.
bool EpollBackend::look(Instant until) {
  const Instant moment = std::min(until, timers_.next_moment());
  const bool passed = moment != never && (moment == Instant::min() || moment <= now());
  if (!passed) arm_timer(moment);
  std::array<epoll_event, events_max> events;
  const int count = epoll_wait(descriptors_->epoll, events.data(), events_max, passed ? 0 : -1);
  if (count < 0) {
    if (errno == EINTR) return false;
    throw std::system_error(last_system_error(), "epoll_wait");
  }
  bool woken = false;
  for (int i = 0; i < count; ++i) {
    const int descriptor = events[static_cast<std::size_t>(i)].data.fd;
    if (descriptor == descriptors_->wake) {
      woken = true;
    } else if (descriptor == descriptors_->timer) {
      timer_armed_ = never;
    } else {
      serve(descriptor, events[static_cast<std::size_t>(i)].events);
      run_chains();
    }
  }
  return woken;
}

/// Arms the timerfd for `moment` or earlier; an early expiry only costs one extra check.
void EpollBackend::arm_timer(Instant moment) {
  if (moment >= timer_armed_) return;
  const std::int64_t ns = std::max<std::int64_t>(1, to_ns(moment));
  itimerspec when{};
  when.it_value = {ns / 1'000'000'000, ns % 1'000'000'000};
  if (timerfd_settime(descriptors_->timer, TFD_TIMER_ABSTIME, &when, nullptr) < 0) {
    throw std::system_error(last_system_error(), "timerfd_settime");
  }
  timer_armed_ = moment;
}

void EpollBackend::expire_timers() {
  if (timers_.empty()) return;
  const Instant present = now();
  while (timers_.next_moment() <= present) {
    AsyncOperation& operation = timers_.pop();
    if (operation.opcode == Opcode::link_timeout) {
      auto* target = reinterpret_cast<AsyncOperation*>(operation.backend_state[1]);
      cancel_pending(*target, complete(operation, -ETIME, 0));
    } else {
      complete(operation, 0, 0);
    }
    run_chains();
  }
}

void EpollBackend::wake() {
  const std::uint64_t one = 1;
  // Fails only if the counter is full, and then the loop wakes anyway.
  [[maybe_unused]] const auto written = write(descriptors_->wake, &one, sizeof(one));
}

// --- The processor -----------------------------------------------------------------------------

void EpollBackend::submit() {
  if (submissions_.empty()) return;
  if (recorder_ != nullptr) {
    for (AsyncOperation* each = submissions_.first(); each != nullptr; each = each->next) {
      record(FactKind::operation_submitted, *each, 0, 0);
    }
  }
  submitting_ = true;
  while (!submissions_.empty()) {
    if (AsyncOperation* head = order_.take(submissions_)) begin_chain(*head);
    run_chains();
  }
  submitting_ = false;
  run_chains();
}

/// Returns true if it started any chain.
bool EpollBackend::begin_released() {
  bool any = false;
  for (; AsyncOperation* head = order_.next_released(); any = true) begin_chain(*head);
  return any;
}

void EpollBackend::begin_chain(AsyncOperation& head) {
  is_chain_refused(head) ? refuse_chain(head) : begin(head, 0);
}

/// As the kernel does if it refuses one operation of a chain: none starts. The head ends, and the
/// rest follows as after a broken link.
void EpollBackend::refuse_chain(AsyncOperation& head) {
  const FactIndex started = record(FactKind::operation_started, head, 0, 0);
  end(head, mark_refused(head), {.cause = started, .refused = true}, 0, true);
  add_step(step_behind_refused(head, started));
}

void EpollBackend::add_step(const ChainStep& step) {
  if (step.operation != nullptr) chain_steps_.push_back(step);
}

void EpollBackend::begin(AsyncOperation& operation, FactIndex cause) {
  set_place(operation, Place::nowhere);
  AsyncOperation* linked = linked_to(operation);
  carry_out(operation, record(FactKind::operation_started, operation, 0, cause));
  // A link timeout runs for as long as its target is pending.
  if (place_of(operation) == Place::nowhere || linked == nullptr) return;
  if (linked->opcode != Opcode::link_timeout) return;
  linked->backend_state[1] = reinterpret_cast<std::uintptr_t>(&operation);
  record(FactKind::operation_started, *linked, 0, 0);
  set_timer(*linked);
}

/// Continues chains whose last operation is done, and starts chains that waited for those before.
void EpollBackend::run_chains() {
  do {
    for (std::size_t i = 0; i < chain_steps_.size(); ++i) {
      const ChainStep step = chain_steps_[i];
      run_step(step);
    }
    chain_steps_.clear();
    if (submitting_) return;
    order_.release();
  } while (begin_released());
}

void EpollBackend::run_step(const ChainStep& step) {
  AsyncOperation& operation = *step.operation;
  AsyncOperation* after = linked_to(operation);
  const bool timeout = operation.opcode == Opcode::link_timeout;
  const Place place = place_of(operation);
  if (timeout && place == Place::timer) timers_.remove(operation);
  // An operation that never ran is recorded as started only if it is to be cancelled.
  if (place == Place::chained && (timeout || step.broken)) {
    record(FactKind::operation_started, operation, 0, step.cause);
  }
  if (!timeout && !step.broken) return begin(operation, step.cause);
  const std::int32_t result = place == Place::chained ? result_behind_break(operation) : -ECANCELED;
  if (!timeout || place != Place::nowhere)
    end(operation, result, step, 0, is_step_told(step, result));
  if (timeout) add_step({after, step.broken, step.cause, step.silent, false});
}

void EpollBackend::set_timer(AsyncOperation& operation) {
  const Instant when = operation.relative
                           ? saturating_add(now(), operation.deadline.time_since_epoch())
                           : operation.deadline;
  set_place(operation, Place::timer);
  timers_.add(operation, when);
}

FactIndex EpollBackend::complete(AsyncOperation& operation, std::int32_t result, FactIndex cause,
                                 std::uint32_t flags) {
  const bool more = (flags & completion_more) != 0;
  return end(operation, result, {.cause = cause}, flags, is_told(operation, result, more));
}

/// `step` is the step that ended the operation.
FactIndex EpollBackend::end(AsyncOperation& operation, std::int32_t result, const ChainStep& step,
                            std::uint32_t flags, bool told) {
  const bool more = (flags & completion_more) != 0;
  const FactIndex completed =
      record(FactKind::operation_completed, operation, result, step.cause, more);
  if (told) {
    record(FactKind::completion_queued, operation, 0, 0);
    queue_->push({&operation, result, flags});
  }
  if (more) return completed;
  set_place(operation, Place::nowhere);
  order_.count_end();
  add_step(step_behind(operation, result, step, completed));
  return completed;
}

FactIndex EpollBackend::record(FactKind kind, const AsyncOperation& operation, std::int64_t value,
                               FactIndex cause, std::uint8_t detail) {
  if (recorder_ == nullptr) return 0;
  return recorder_->record({.value = static_cast<std::uint64_t>(value),
                            .operation = to_number(operation.id),
                            .cause = cause,
                            .thread = 1,
                            .kind = kind,
                            .detail = detail});
}

/// A cancel may still name an operation that was released: it will not find it.
void EpollBackend::release_all() {
  submissions_ = {};
  chain_steps_.clear();
  order_.clear();
  for (std::size_t i = 0; i < timers_.size(); ++i) set_place(timers_.at(i), Place::nowhere);
  timers_.clear();
  for (std::size_t index = 0; index < channels_.size(); ++index) {
    Channel& channel = channels_[index];
    if (channel.idle()) continue;
    for (OperationList* list : {&channel.reads, &channel.writes, &channel.polls}) {
      while (AsyncOperation* operation = list->pop()) set_place(*operation, Place::nowhere);
    }
    release_if_idle(static_cast<int>(index));
  }
}

// --- Calls that never wait ---------------------------------------------------------------------

Instant EpollBackend::now() const { return instant_at_ns(Recorder::monotonic_ns()); }

void EpollBackend::compute(Duration cost) {
  const Instant until = saturating_add(now(), cost);
  while (now() < until) {
  }
}

}  // namespace proactor_lab
