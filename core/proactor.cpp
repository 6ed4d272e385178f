#include "core/proactor.hpp"

#include <algorithm>
#include <cassert>
#include <cerrno>

namespace proactor_lab {
namespace {

/// A drain that needs more rounds of cancelling than this has a handler that tries for ever.
constexpr int drain_rounds_max = 1000;

/// After which it looks again for what no cancel found.
constexpr Duration drain_pause_min = std::chrono::milliseconds{1};
constexpr Duration drain_pause_max = std::chrono::milliseconds{100};

// The two facts that an initiation leaves; a cancel leaves a third.
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
  if (of_this_thread == this) of_this_thread = nullptr;  // another may come to lie here
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
  if (workers_ != nullptr && !stopped()) workers_->begin_waiting();  // those a stop kept back
  while (dispatch_all() && in_flight_ > 0 && wait()) {
  }
  // After a stop, workers end what they began.
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

/// The handler after which no other was dequeued.
void Proactor::record_last_exit() {
  recorder_->record({.operation = std::exchange(last_entered_, 0),
                     .thread = loop_thread,
                     .kind = FactKind::handler_exited});
}

/// Calls the handler here, on the loop thread.
[[gnu::noinline]] void Proactor::handle(const Completion& completion) {
  struct GiveBack {  // also when the handler throws
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

/// Without workers. The most frequent completion by itself, so that it stays short.
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

/// Perhaps a worker's, or one of many, or with a provided buffer.
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

/// Empties inbox and queue; false once stopped.
bool Proactor::dispatch_all() {
  struct AtEnd {  // also when a handler throws
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

/// False where nothing under way can ever complete.
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
    // Whatever was initiated, admitted or handled since may have left something to cancel.
    const std::uint64_t done = handled_ + admitted_from_inbox_ + next_id_.load();
    if (!drain_cancels_ && done != seen) {
      if (++rounds > drain_rounds_max) return false;
      drain_cancels_ = true;
      cancel_all([this](std::error_code) { drain_cancels_ = false; });
      seen = done + 2;  // the cancel itself has a name, and will be handled
    } else if (!drain_cancels_ && (workers_ == nullptr || workers_->active() == 0)) {
      // The cancel is over and has left something. io_uring does not find what one of its threads
      // is about to begin, linked behind what it did; that then waits, perhaps for ever. So all are
      // looked for again, after a while.
      initiate(
          {.opcode = Opcode::timer, .deadline = Instant{} + pause, .relative = true},
          [](std::error_code) {}, CallSite::here());
      pause = std::min(2 * pause, drain_pause_max);
    }
    if (!wait()) break;
  }
  return in_flight_ == 0;
}

/// Takes everything under way back from the system and destroys its handlers unheard. True where
/// their destructors initiated something: that is not the system's any more, and to be abandoned.
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
  // By number: a handler's destructor may initiate, and so add a slab.
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
      more |= take_back_all();  // before its slot is visited
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

/// The slot tells whether the target is still the operation it was. It may still be in the inbox.
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

/// Loop thread. The most frequent case by itself, so that it stays short.
void Proactor::start_recorded(AsyncOperation& operation, const char* handler_name, CallSite site) {
  const std::uint32_t id = to_number(operation.id);
  if (operation.opcode == Opcode::cancel || !recorder_->records_two_quickly()) [[unlikely]]
    return start_recorded_with_care(operation, handler_name, site);
  recorder_->record_quickly(initiated_fact(operation, id, site),
                            details_fact(operation, id, handler_name));
  ++in_flight_;
  processor_.start(operation);
}

/// The recorder needs a new page, or asks the system for the time; or a cancel, which leaves more.
void Proactor::start_recorded_with_care(AsyncOperation& operation, const char* handler_name,
                                        CallSite site) {
  const std::uint32_t id = to_number(operation.id);
  recorder_->record(initiated_fact(operation, id, site), details_fact(operation, id, handler_name));
  if (operation.opcode == Opcode::cancel) record_cancel_request(operation);
  ++in_flight_;
  processor_.start(operation);
}

/// From another thread, or with a new slot.
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

/// A chain goes in one piece: nobody else's operation may come between its links.
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

/// A handler that ends leaves no chain open.
void Proactor::hand_over_open_chain() {
  OperationList operations;
  {
    const std::lock_guard lock(mutex_);
    const auto mine = open_chain_of_this_thread();
    if (mine == open_chains_.end()) return;
    operations = mine->operations;
    open_chains_.erase(mine);
  }
  operations.last()->link = Link::none;  // whoever comes next is not to join it
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

/// On a worker.
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

/// What other threads left for this one. An exception of a worker comes out of here.
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
    // With each operation a slot came from elsewhere: as many go back.
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

/// A worker's handler is through.
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
  if (on_loop_thread()) free_ = std::exchange(free_elsewhere_, nullptr);  // here it was empty
  return slot;
}

void Proactor::recycle_elsewhere(AsyncOperation& operation) {
  operation.id.store(OperationId::none, std::memory_order_relaxed);
  const std::lock_guard lock(mutex_);
  operation.next = free_elsewhere_;
  free_elsewhere_ = &operation;
}

}  // namespace proactor_lab
