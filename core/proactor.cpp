#include "core/proactor.hpp"

namespace proactor_lab {

Proactor::Proactor(AsyncOperationProcessor& processor, AsyncEventDemultiplexer& demultiplexer,
                   CompletionEventQueue& queue, Recorder* recorder)
    : processor_(processor), demultiplexer_(demultiplexer), queue_(queue), recorder_(recorder) {}

Proactor::~Proactor() {
  if (in_flight_ > 0) processor_.release_all();
  for (auto& slab : slabs_) {
    for (std::size_t i = 0; i < slots_a_slab; ++i) {
      AsyncOperation& operation = slab[i];
      if (operation.id == OperationId::none) continue;
      if (recorder_ != nullptr) {
        recorder_->record({.operation = to_number(operation.id),
                           .thread = loop_thread,
                           .kind = FactKind::operation_abandoned});
      }
      operation.dispatch(*this, operation, nullptr);
    }
  }
}

std::size_t Proactor::run() {
  std::size_t handled = 0;
  while (!stopped()) {
    while (!queue_.empty() && !stopped()) {
      ++handled;
      dispatch(queue_.pop());
    }
    if (stopped() || in_flight_ == 0) break;

    if (recorder_ != nullptr) {
      recorder_->record({.thread = loop_thread, .kind = FactKind::wait_entered});
    }
    const bool more = demultiplexer_.wait(queue_, never);
    if (recorder_ != nullptr) {
      recorder_->record(
          {.value = queue_.size(), .thread = loop_thread, .kind = FactKind::wait_returned});
    }
    if (!more && queue_.empty()) break;
  }
  return handled;
}

void Proactor::dispatch(const Completion& completion) {
  AsyncOperation& operation = *completion.operation;
  if (recorder_ == nullptr) return operation.dispatch(*this, operation, &completion);

  const std::uint32_t id = to_number(operation.id);
  recorder_->record({.value = static_cast<std::uint64_t>(std::int64_t{completion.result}),
                     .operation = id,
                     .thread = loop_thread,
                     .kind = FactKind::completion_dequeued,
                     .detail = (completion.flags & completion_more) != 0});
  recorder_->record({.operation = id, .thread = loop_thread, .kind = FactKind::handler_entered});
  struct RecordExit {  // also when the handler throws
    Recorder* recorder;
    std::uint32_t id;
    ~RecordExit() {
      recorder->record({.operation = id, .thread = loop_thread, .kind = FactKind::handler_exited});
    }
  } record_exit{recorder_, id};
  operation.dispatch(*this, operation, &completion);
}

void Proactor::cancel(OperationToken target, CallSite site) {
  cancel(
      target, [](std::error_code) {}, site);
}

void Proactor::stop() {
  stopped_.store(true, std::memory_order_relaxed);
  demultiplexer_.wake();
}

void Proactor::start(AsyncOperation& operation, const OperationRequest& request,
                     const char* handler_name, CallSite site) {
  static_cast<OperationRequest&>(operation) = request;
  // The slot tells whether the target is still the operation it was.
  const AsyncOperation* target = request.target.slot;
  if (target != nullptr && target->id != request.target.id) operation.target.slot = nullptr;
  operation.id = OperationId{++last_id_};
  ++in_flight_;
  if (recorder_ != nullptr) {
    recorder_->record({.value = fact_text(site.file),
                       .extra = site.line | std::uint64_t{operation.length} << 32,
                       .operation = last_id_,
                       .handle = to_number(request.handle),
                       .thread = loop_thread,
                       .kind = FactKind::operation_initiated,
                       .detail = static_cast<std::uint8_t>(request.opcode)});
    recorder_->record({.value = reinterpret_cast<std::uintptr_t>(request.data),
                       .extra = fact_text(handler_name),
                       .operation = last_id_,
                       .cause = to_number(request.parent),
                       .thread = loop_thread,
                       .kind = FactKind::initiation_details});
    if (request.opcode == Opcode::cancel) {
      recorder_->record({.value = to_number(request.target.id),
                         .operation = last_id_,
                         .thread = loop_thread,
                         .kind = FactKind::cancel_requested});
    }
  }
  processor_.start(operation);
}

AsyncOperation& Proactor::take_slot() {
  if (free_ == nullptr) {
    slabs_.push_back(std::make_unique<AsyncOperation[]>(slots_a_slab));
    for (std::size_t i = slots_a_slab; i-- > 0;) {
      slabs_.back()[i].next = free_;
      free_ = &slabs_.back()[i];
    }
  }
  AsyncOperation& slot = *free_;
  free_ = slot.next;
  return slot;
}

void Proactor::recycle(AsyncOperation& operation) {
  operation.id = OperationId::none;
  operation.next = free_;
  free_ = &operation;
  --in_flight_;
}

}  // namespace proactor_lab
