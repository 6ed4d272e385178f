#include "core/workers/worker_pool.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace proactor_lab {
namespace {

bool is_job(const Completion& completion) { return completion.operation->opcode == Opcode::no_op; }

/// Identifies handlers that may not overlap: those of one strand, and those of one multishot
/// operation, which share one slot. 0: no restriction.
std::uint64_t strand_of(const AsyncOperation& operation) {
  if (operation.strand != 0) return operation.strand;
  return operation.multishot ? std::uint64_t{1} << 32 | to_number(operation.id) : 0;
}

}  // namespace

WorkerPool::WorkerPool(const WorkerPoolConfig& config, WorkerRunner& runner)
    : config_(config), runner_(runner), places_(std::max(1u, config.places)) {}

void WorkerPool::open(WorkerHost& host, Recorder* recorder) {
  waiting_.reserve(usual_waiting);
  recorder_ = recorder;
  runner_.open(places(), host, recorder);
}

bool WorkerPool::takes(const Completion& completion) const {
  return !config_.jobs_only || is_job(completion) || completion.operation->strand != 0;
}

/// Takes a completion. Returns false if it is rejected.
bool WorkerPool::offer(const Completion& completion) {
  const std::uint64_t strand = strand_of(*completion.operation);
  const std::uint32_t place = idle_place();
  if (place != nobody && !strand_is_running(strand)) {
    acquire(place, completion, strand, false);
    return true;
  }
  // A rejected handler runs on the loop thread, so it may not be rejected while its strand runs on
  // a worker.
  if (is_job(completion) && waiting_jobs_ >= config_.waiting_jobs_max &&
      !strand_is_running(strand)) {
    record(FactKind::worker_rejected, completion.operation->id, nobody, false);
    return false;
  }
  wait(completion, strand);
  return true;
}

/// Gives idle places to waiting completions, oldest first; skips those whose strand is running.
void WorkerPool::begin_waiting() {
  std::uint32_t before = nobody;
  for (std::uint32_t at = first_waiting_; at != nobody;) {
    const std::uint32_t place = idle_place();
    if (place == nobody) return;
    const Waiting waiting = waiting_[at];
    if (strand_is_running(waiting.strand)) {
      before = at;
      at = waiting.next;
      continue;
    }
    (before == nobody ? first_waiting_ : waiting_[before].next) = waiting.next;
    if (last_waiting_ == at) last_waiting_ = before;
    waiting_[at].next = free_waiting_;
    free_waiting_ = at;
    --waiting_count_;
    if (is_job(waiting.completion)) --waiting_jobs_;
    acquire(place, waiting.completion, waiting.strand, true);
    at = before == nobody ? first_waiting_ : waiting_[before].next;
  }
}

/// Returns the group to which the completion's buffer is to be returned, or null.
BufferGroup* WorkerPool::release(std::uint32_t place) {
  assert(places_[place].taken);
  const Place was = std::exchange(places_[place], Place{});
  --active_;
  record(FactKind::worker_released, was.operation, place, false);
  return was.buffers;
}

/// The Proactor destroys the operations themselves.
void WorkerPool::forget_all(AsyncOperationProcessor& processor) {
  runner_.settle();
  for (const Place& place : places_) {
    if (place.buffers == nullptr) continue;
    processor.give_back(*place.buffers, buffer_of(place.completion.flags));
  }
  for (std::uint32_t at = first_waiting_; at != nobody; at = waiting_[at].next) {
    const Completion& completion = waiting_[at].completion;
    if ((completion.flags & completion_buffer) == 0) continue;
    processor.give_back(*completion.operation->buffers, buffer_of(completion.flags));
  }
  std::fill(places_.begin(), places_.end(), Place{});
  active_ = 0;
  waiting_.clear();
  first_waiting_ = last_waiting_ = free_waiting_ = nobody;
  waiting_count_ = 0;
  waiting_jobs_ = 0;
}

void WorkerPool::acquire(std::uint32_t place, const Completion& completion, std::uint64_t strand,
                         bool waited) {
  const bool provided = (completion.flags & completion_buffer) != 0;
  const OperationId id = completion.operation->id;
  places_[place] = {completion, provided ? completion.operation->buffers : nullptr, strand, id,
                    true};
  ++active_;
  record(FactKind::worker_acquired, id, place, waited);
  runner_.begin(place, completion);
}

void WorkerPool::wait(const Completion& completion, std::uint64_t strand) {
  std::uint32_t at = free_waiting_;
  if (at == nobody) {
    at = static_cast<std::uint32_t>(waiting_.size());
    waiting_.emplace_back();
  } else {
    free_waiting_ = waiting_[at].next;
  }
  waiting_[at] = {completion, strand, nobody};
  (last_waiting_ == nobody ? first_waiting_ : waiting_[last_waiting_].next) = at;
  last_waiting_ = at;
  ++waiting_count_;
  if (is_job(completion)) ++waiting_jobs_;
}

// There are few places, so a linear search is as fast as an index.
std::uint32_t WorkerPool::idle_place() const {
  if (active_ == places()) return nobody;
  const auto idle = [](const Place& place) { return !place.taken; };
  const auto found = std::find_if(places_.begin(), places_.end(), idle);
  return static_cast<std::uint32_t>(found - places_.begin());
}

bool WorkerPool::strand_is_running(std::uint64_t strand) const {
  const auto runs = [strand](const Place& place) { return place.taken && place.strand == strand; };
  return strand != 0 && std::any_of(places_.begin(), places_.end(), runs);
}

void WorkerPool::record(FactKind kind, OperationId operation, std::uint32_t place, bool waited) {
  if (recorder_ == nullptr) return;
  Fact fact{.value = active_ | std::uint64_t{places()} << 32,
            .operation = to_number(operation),
            .thread = loop_thread_number,
            .kind = kind,
            .detail = waited};
  if (place != nobody) {
    fact.extra = (place + 1) | std::uint64_t{runner_.thread_of(place)} << 32;
  }
  recorder_->record(fact);
}

}  // namespace proactor_lab
