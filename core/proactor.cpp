#include "core/proactor.hpp"

#include <algorithm>
#include <cassert>
#include <cerrno>

namespace proactor_lab {
namespace {

/// If a drain needs more rounds of cancelling than this, a handler keeps initiating operations.
constexpr int drain_rounds_max = 1000;

/// Pause before a drain cancels again what the last cancel did not find.
constexpr Duration drain_pause_min = std::chrono::milliseconds{1};
constexpr Duration drain_pause_max = std::chrono::milliseconds{100};

// The two facts that every initiation records; a cancel records a third.
Fact initiated_fact(const AsyncOperation& operation, std::uint32_t id, CallSite site) {
  return {.value = fact_text(site.file),
          .extra = site.line | std::uint64_t{operation.length} << 32,
          .operation = id,
          .handle = to_number(operation.handle),
          .thread = loop_thread_number,
          .kind = FactKind::operation_initiated,
          .detail = static_cast<std::uint8_t>(operation.opcode)};
}
Fact details_fact(const AsyncOperation& operation, std::uint32_t id, const char* handler_name) {
  return {.value = reinterpret_cast<std::uintptr_t>(operation.data),
          .extra = fact_text(handler_name),
          .operation = id,
          .cause = to_number(operation.parent),
          .thread = loop_thread_number,
          .kind = FactKind::initiation_details,
          .detail = static_cast<std::uint8_t>(operation.link != Link::none)};
}

}  // namespace

Proactor::Proactor(AsyncOperationProcessor& processor, AsyncEventDemultiplexer& demultiplexer,
                   CompletionEventQueue& queue, Recorder* recorder, WorkerPool* workers)
    : processor_(processor),
      demultiplexer_(demultiplexer),
      queue_(queue),
      recorder_(recorder),
      workers_(workers) {
  if (workers_ == nullptr) return;
  finished_.reserve(workers_->places());
  finished_taken_.reserve(workers_->places());
  workers_->open(*this, recorder_);
}

Proactor::~Proactor() {
  reset();
  if (of_this_thread == this) of_this_thread = nullptr;  // a new Proactor may get this address
}

bool Proactor::is_one_of_this_thread() const {
  if (loop_thread_mark_ != &thread_mark) return false;
  of_this_thread = this;
  return true;
}

// --- The loop ----------------------------------------------------------------------------------

std::size_t Proactor::run() {
  assert(on_loop_thread());
  const std::size_t before = handled_;
  if (workers_ != nullptr && !stopped()) workers_->begin_waiting();  // kept back by a stop
  while (dispatch_all() && in_flight_ > 0 && wait()) {
  }
  // After a stop, workers finish the handlers that they are running.
  while (workers_ != nullptr && workers_->active() > 0 && wait()) look_into_inbox();
  return handled_ - before;
}

/// `entered`: `dequeued_and_entered`, or 0.
inline void Proactor::record_dequeued(const Completion& completion, std::uint8_t entered) {
  const bool more = (completion.flags & completion_more) != 0;
  const std::uint32_t id = to_number(completion.operation->id);
  recorder_->record({.value = static_cast<std::uint64_t>(std::int64_t{completion.result}),
                     .extra = std::exchange(last_entered_, entered != 0 ? id : 0),
                     .operation = id,
                     .thread = loop_thread,
                     .kind = FactKind::completion_dequeued,
                     .detail = static_cast<std::uint8_t>((more ? dequeued_more : 0) | entered)});
}

/// The exit of a handler after which no other completion was dequeued.
void Proactor::record_last_exit() {
  recorder_->record({.operation = std::exchange(last_entered_, 0),
                     .thread = loop_thread,
                     .kind = FactKind::handler_exited});
}

[[gnu::noinline]] void Proactor::handle(const Completion& completion) {
  struct GiveBack {  // its destructor also runs if the handler throws
    AsyncOperationProcessor& processor;
    BufferGroup* buffers;
    std::uint16_t buffer;
    ~GiveBack() {
      if (buffers != nullptr) processor.give_back(*buffers, buffer);
    }
  };
  AsyncOperation& operation = *completion.operation;
  const bool provided = (completion.flags & completion_buffer) != 0;
  if ((completion.flags & completion_more) == 0) --in_flight_;
  ++handled_;
  const GiveBack give_back{processor_, provided ? operation.buffers : nullptr,
                           buffer_of(completion.flags)};
  operation.handling->in_general(*this, operation, &completion);
}

/// Dispatch without workers. The most frequent completion has a fast path.
template <bool traced>
[[gnu::always_inline]] inline void Proactor::dispatch_all_here() {
  CompletionEventQueue& queue = queue_;
  while (!queue.empty() && !stopped()) {
    const Completion& completion = queue.pop();
    if constexpr (traced) record_dequeued(completion, dequeued_and_entered);
    if (completion.flags != 0) {
      handle(completion);
      continue;
    }
    --in_flight_;
    ++handled_;
    completion.operation->handling->once(*this, *completion.operation, completion);
  }
}

/// Slow path: the completion may be for a worker, be one of several, or have a provided buffer.
void Proactor::dispatch_with_care(const Completion& completion) {
  if (workers_ == nullptr || !workers_->takes(completion)) {
    if (recorder_ != nullptr) record_dequeued(completion, dequeued_and_entered);
    return handle(completion);
  }
  if (recorder_ != nullptr) record_dequeued(completion, 0);
  if (workers_->offer(completion)) return;
  Completion rejected = completion;
  rejected.result = -EAGAIN;
  if (recorder_ != nullptr) {
    last_entered_ = to_number(completion.operation->id);
    recorder_->record(
        {.operation = last_entered_, .thread = loop_thread, .kind = FactKind::handler_entered});
  }
  handle(rejected);
}

/// Empties the inbox and the queue. Returns false once stopped.
bool Proactor::dispatch_all() {
  struct AtEnd {  // its destructor also runs if a handler throws
    Proactor& proactor;
    ~AtEnd() {
      if (proactor.last_entered_ != 0) proactor.record_last_exit();
    }
  };
  const AtEnd at_end{*this};
  look_into_inbox();
  if (workers_ != nullptr) {
    while (!queue_.empty() && !stopped()) dispatch_with_care(queue_.pop());
  } else {
    recorder_ != nullptr ? dispatch_all_here<true>() : dispatch_all_here<false>();
  }
  return !stopped();
}

/// Returns false if nothing in flight can ever complete.
bool Proactor::wait() {
  if (recorder_ != nullptr) {
    recorder_->record({.thread = loop_thread, .kind = FactKind::wait_entered});
  }
  const bool more = demultiplexer_.wait(queue_, never);
  if (recorder_ != nullptr) {
    recorder_->record(
        {.value = queue_.size(), .thread = loop_thread, .kind = FactKind::wait_returned});
  }
  return more || !queue_.empty();
}

void Proactor::stop() {
  stopped_.store(true, std::memory_order_relaxed);
  demultiplexer_.wake();
}

bool Proactor::drain() {
  restart();
  if (workers_ != nullptr) workers_->begin_waiting();
  std::uint64_t seen = 0;
  Duration pause = drain_pause_min;
  for (int rounds = 0; dispatch_all() && in_flight_ > 0;) {
    // Anything initiated, admitted or handled since the last cancel may be something to cancel.
    const std::uint64_t done = handled_ + admitted_from_inbox_ + next_id_.load();
    if (!drain_cancels_ && done != seen) {
      if (++rounds > drain_rounds_max) return false;
      drain_cancels_ = true;
      cancel_all([this](std::error_code) { drain_cancels_ = false; });
      seen = done + 2;  // the cancel itself takes an id, and will be handled
    } else if (!drain_cancels_ && (workers_ == nullptr || workers_->active() == 0)) {
      // The cancel is done but something is still in flight. io_uring does not find a linked
      // request that one of its threads is about to begin, and that request may then wait forever.
      // So cancel everything again after a pause.
      initiate(
          {.opcode = Opcode::timer, .deadline = Instant{} + pause, .relative = true},
          [](std::error_code) {}, CallSite::here());
      pause = std::min(2 * pause, drain_pause_max);
    }
    if (!wait()) break;
  }
  return in_flight_ == 0;
}

/// Takes all operations in flight back from the system and destroys their handlers without calling
/// them. Returns true if the destructors initiated operations: those were taken back from the
/// system too, and are still to be abandoned.
bool Proactor::abandon_all() {
  bool more = false;
  const auto take_back_all = [this] {
    if (in_flight_ > 0) processor_.release_all();
    return std::exchange(in_flight_, 0) > 0;
  };
  take_back_all();
  for (std::size_t i = 0; i < queue_.size(); ++i) {
    const Completion& unheard = queue_.at(i);
    if ((unheard.flags & completion_buffer) == 0) continue;
    processor_.give_back(*unheard.operation->buffers, buffer_of(unheard.flags));
  }
  queue_.clear();
  // By index: a handler's destructor may initiate an operation and so add a slab.
  for (std::size_t i = 0; i < slabs_.size(); ++i) {
    for (AsyncOperation& operation : slabs_[i]) {
      const OperationId id = operation.id;
      if (id == OperationId::none) continue;
      if (recorder_ != nullptr) {
        recorder_->record({.operation = to_number(id),
                           .thread = loop_thread,
                           .kind = FactKind::operation_abandoned});
      }
      operation.backend_state = {};
      operation.handling->in_general(*this, operation, nullptr);
      more |= take_back_all();  // before the loop reaches its slot
    }
  }
  return more;
}

void Proactor::reset() {
  if (workers_ != nullptr) workers_->forget_all(processor_);
  while (abandon_all()) {
  }
  inbox_ = {};
  open_chains_.clear();
  drain_cancels_ = false;
  slots_owed_ = 0;
  finished_.clear();
  failures_.clear();
  inbox_used_ = false;
  next_id_ = 1;
  restart();
}

// --- Initiation --------------------------------------------------------------------------------

/// Clears the target if its slot no longer holds that operation. The target may still be in the
/// inbox, which is therefore admitted first, except within a chain.
void Proactor::prepare_cancel(AsyncOperation& cancel) {
  if (link_ == Link::none && inbox_used_.load(std::memory_order_acquire)) {
    OperationList operations;
    {
      const std::lock_guard lock(mutex_);
      operations.append(inbox_);
    }
    admit_all(operations);
  }
  const AsyncOperation* target = cancel.target.slot;
  if (target != nullptr && target->id != cancel.target.id) cancel.target.slot = nullptr;
}

void Proactor::record_cancel_request(const AsyncOperation& cancel) {
  const Fact requested{.value = to_number(cancel.target.id),
                       .operation = to_number(cancel.id),
                       .thread = loop_thread,
                       .kind = FactKind::cancel_requested};
  on_loop_thread() ? void(recorder_->record(requested)) : recorder_->record_elsewhere(requested);
}

/// Fast path. Loop thread.
void Proactor::start_recorded(AsyncOperation& operation, const char* handler_name, CallSite site) {
  const std::uint32_t id = to_number(operation.id);
  if (operation.opcode == Opcode::cancel || !recorder_->records_two_quickly()) [[unlikely]]
    return start_recorded_with_care(operation, handler_name, site);
  recorder_->record_quickly(initiated_fact(operation, id, site),
                            details_fact(operation, id, handler_name));
  ++in_flight_;
  processor_.start(operation);
}

/// Slow path: the recorder needs a new page or reads the system clock, or this is a cancel, which
/// records a third fact.
void Proactor::start_recorded_with_care(AsyncOperation& operation, const char* handler_name,
                                        CallSite site) {
  const std::uint32_t id = to_number(operation.id);
  recorder_->record(initiated_fact(operation, id, site), details_fact(operation, id, handler_name));
  if (operation.opcode == Opcode::cancel) record_cancel_request(operation);
  ++in_flight_;
  processor_.start(operation);
}

/// From another thread, or with a slot from the slow path.
void Proactor::start_elsewhere(AsyncOperation& operation, const char* handler_name, CallSite site) {
  if (on_loop_thread()) {
    if (recorder_ == nullptr) return admit(operation);
    if (is_cancel(operation.opcode)) prepare_cancel(operation);
    link_ = operation.link;
    return start_recorded(operation, handler_name, site);
  }
  if (recorder_ != nullptr) {
    const std::uint32_t id = to_number(operation.id);
    recorder_->record_elsewhere(initiated_fact(operation, id, site));
    recorder_->record_elsewhere(details_fact(operation, id, handler_name));
    if (operation.opcode == Opcode::cancel) record_cancel_request(operation);
  }
  hand_over(operation);
}

void Proactor::cancel(OperationToken target, CallSite site) {
  cancel(
      target, [](std::error_code) {}, site);
}

// --- From other threads ------------------------------------------------------------------------

/// A chain is handed over in one piece: no operation of another thread may come between its links.
void Proactor::hand_over(AsyncOperation& operation) {
  OperationList operations;
  {
    const std::lock_guard lock(mutex_);
    const auto mine = open_chain_of_this_thread();
    if (mine != open_chains_.end()) {
      operations = mine->operations;
      open_chains_.erase(mine);
    }
    operations.push(operation);
    if (operation.link != Link::none) {
      open_chains_.push_back({std::this_thread::get_id(), operations});
      return;
    }
  }
  pass_over(operations);
}

/// Closes a chain that is still open when the handler ends.
void Proactor::hand_over_open_chain() {
  OperationList operations;
  {
    const std::lock_guard lock(mutex_);
    const auto mine = open_chain_of_this_thread();
    if (mine == open_chains_.end()) return;
    operations = mine->operations;
    open_chains_.erase(mine);
  }
  operations.last()->link = Link::none;  // the next operation must not join it
  pass_over(operations);
}

std::vector<Proactor::OpenChain>::iterator Proactor::open_chain_of_this_thread() {
  const auto is_mine = [](const OpenChain& chain) {
    return chain.thread == std::this_thread::get_id();
  };
  return std::find_if(open_chains_.begin(), open_chains_.end(), is_mine);
}

void Proactor::pass_over(OperationList& operations) {
  if (workers_ == nullptr || !workers_->defer(operations)) take_over(operations);
}

void Proactor::take_over(OperationList& operations) {
  bool was_empty = false;
  {
    const std::lock_guard lock(mutex_);
    inbox_.append(operations);
    if (recorder_ != nullptr) handed_over_at_ = recorder_->stamp();
    was_empty = !inbox_used_.exchange(true);
  }
  if (was_empty) demultiplexer_.wake();
}

/// Runs on a worker.
void Proactor::run_handler(std::uint32_t place, const Completion& completion) {
  AsyncOperation& operation = *completion.operation;
  const std::uint32_t id = to_number(operation.id);
  const char* mark = on_loop_thread() ? std::exchange(loop_thread_mark_, nullptr) : nullptr;
  if (mark != nullptr) of_this_thread = nullptr;
  if (recorder_ != nullptr) {
    recorder_->record_elsewhere(
        {.extra = place + 1, .operation = id, .kind = FactKind::worker_busy});
    recorder_->record_elsewhere({.operation = id, .kind = FactKind::handler_entered});
  }
  std::exception_ptr failure;
  try {
    operation.handling->in_general(*this, operation, &completion);
  } catch (...) {
    failure = std::current_exception();
  }
  hand_over_open_chain();
  if (recorder_ != nullptr) {
    recorder_->record_elsewhere({.operation = id, .kind = FactKind::handler_exited});
  }
  if (mark != nullptr) loop_thread_mark_ = mark;
  if (!failure) return;
  const std::lock_guard lock(mutex_);
  failures_.push_back(std::move(failure));
}

void Proactor::worker_finished(std::uint32_t place) {
  bool was_empty = false;
  {
    const std::lock_guard lock(mutex_);
    finished_.push_back(place);
    if (recorder_ != nullptr) handed_over_at_ = recorder_->stamp();
    was_empty = !inbox_used_.exchange(true);
  }
  if (was_empty) demultiplexer_.wake();
}

/// Takes over what other threads left for this one. Rethrows an exception of a worker's handler.
void Proactor::empty_inbox() {
  OperationList operations;
  std::int64_t handed_over_at = 0;
  std::exception_ptr failure;
  {
    const std::lock_guard lock(mutex_);
    operations.append(inbox_);
    finished_taken_.swap(finished_);
    handed_over_at = handed_over_at_;
    if (!failures_.empty()) {
      failure = std::move(failures_.front());
      failures_.erase(failures_.begin());
    }
    inbox_used_ = !failures_.empty();
    // Each admitted operation brought a slot from elsewhere: give as many slots back.
    for (; slots_owed_ > 0 && free_ != nullptr; --slots_owed_) {
      AsyncOperation& slot = *std::exchange(free_, free_->next);
      slot.next = std::exchange(free_elsewhere_, &slot);
    }
  }
  if (recorder_ != nullptr) recorder_->stamp_after(handed_over_at);
  admit_all(operations);
  for (const std::uint32_t place : finished_taken_) take_back(place);
  finished_taken_.clear();
  if (failure) std::rethrow_exception(failure);
}

void Proactor::admit_all(OperationList& operations) {
  while (AsyncOperation* operation = operations.pop()) {
    ++admitted_from_inbox_;
    ++slots_owed_;
    admit(*operation);
  }
}

/// Called when the handler of a worker has returned.
void Proactor::take_back(std::uint32_t place) {
  ++handled_;
  const Completion completion = workers_->completion_at(place);
  if ((completion.flags & completion_more) == 0) --in_flight_;
  if (BufferGroup* buffers = workers_->release(place)) {
    processor_.give_back(*buffers, buffer_of(completion.flags));
  }
  if (!stopped()) workers_->begin_waiting();
}

// --- Slots -------------------------------------------------------------------------------------

AsyncOperation& Proactor::take_slot() {
  if (on_loop_thread() && free_ != nullptr) return *std::exchange(free_, free_->next);
  const std::lock_guard lock(mutex_);
  if (free_elsewhere_ == nullptr) {
    auto& slab = slabs_.emplace_back(std::clamp(slots_ / 4, slots_a_slab_min, slots_a_slab_max));
    slots_ += slab.size();
    for (std::size_t i = slab.size(); i-- > 0;) {
      slab[i].next = free_elsewhere_;
      free_elsewhere_ = &slab[i];
    }
  }
  AsyncOperation& slot = *free_elsewhere_;
  free_elsewhere_ = slot.next;
  if (on_loop_thread()) free_ = std::exchange(free_elsewhere_, nullptr);  // `free_` was empty
  return slot;
}

void Proactor::recycle_elsewhere(AsyncOperation& operation) {
  operation.id.store(OperationId::none, std::memory_order_relaxed);
  const std::lock_guard lock(mutex_);
  operation.next = free_elsewhere_;
  free_elsewhere_ = &operation;
}

}  // namespace proactor_lab
