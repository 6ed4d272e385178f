#include "traces/rules/run_so_far.hpp"

#include <algorithm>
#include <utility>

#include "traces/format/run_systems.hpp"
#include "traces/model/verbs.hpp"

namespace proactor_lab {
namespace {

constexpr EventKind steps[] = {EventKind::operation_initiated, EventKind::operation_submitted,
                               EventKind::operation_started,   EventKind::operation_completed,
                               EventKind::completion_queued,   EventKind::completion_dequeued,
                               EventKind::handler_entered,     EventKind::handler_exited};

constexpr auto step_by_kind = [] {
  std::array<std::int8_t, event_kind_count> table{};
  table.fill(no_step);
  for (int i = 0; i < step_count; ++i) {
    table[static_cast<std::size_t>(steps[i])] = static_cast<std::int8_t>(i);
  }
  return table;
}();

/// True for systems that run our Proactor. A trace without a system counts as one of them.
bool is_system_of_ours(std::string_view system) {
  return system.empty() || system_named(system).runs_scenarios();
}

}  // namespace

Step step_of(EventKind kind) {
  return static_cast<Step>(step_by_kind[static_cast<std::size_t>(kind)]);
}

EventKind kind_of(Step step) { return steps[step]; }

void RunSoFar::add(const Event& event) {
  time_ns_ = event.time_ns;
  if (const Step step = step_of(event.kind); step != no_step) {
    if (step == initiated_step) {
      initiate(event);
    } else {
      take_step(event, step);
    }
    return;
  }
  switch (event.kind) {
    case EventKind::run_started:
      imported_ = !is_system_of_ours(text(event.text));
      break;
    case EventKind::run_finished:
      interrupted_ = text(event.text) == "interrupted";
      break;
    case EventKind::buffer_lent:
      lend(event);
      break;
    case EventKind::buffer_returned:
      if (OperationSoFar* operation = operations_.find(event.operation)) {
        take_back(event.operation, *operation);
      }
      break;
    case EventKind::cancel_requested:
      if (OperationSoFar* target = operations_.find(event.target)) {
        if (target->cancel_requested == 0) target->cancel_requested = event.seq;
      }
      if (OperationSoFar* cancel = operations_.find(event.operation)) cancel->target = event.target;
      break;
    case EventKind::operation_abandoned:
      abandon(event);
      break;
    case EventKind::handle_opened: {
      if (event.handle == 0) break;
      const HandleSoFar* known = handles_.find(event.handle);
      const std::uint32_t under_way = known == nullptr ? 0 : known->under_way;
      handles_.put(event.handle) = {
          .opened = event.seq, .under_way = under_way, .label = event.label, .type = event.text};
      break;
    }
    case EventKind::handle_closed:
      if (HandleSoFar* handle = handles_.find(event.handle)) {
        handle->closed = event.seq;
        if (handle->under_way == 0) handles_.erase(event.handle);
      }
      break;
    case EventKind::worker_acquired:
      ++workers_active_;
      if (OperationSoFar* operation = operations_.find(event.operation)) {
        operation->acquired = event.seq;
      }
      break;
    case EventKind::worker_busy:
      if (OperationSoFar* operation = operations_.find(event.operation)) operation->acquired = 0;
      break;
    case EventKind::worker_released:
      if (workers_active_ > 0) --workers_active_;
      break;
    case EventKind::thread_started:
      if (event.thread >= thread_labels_.size()) thread_labels_.resize(event.thread + 1u);
      thread_labels_[event.thread] = event.label;
      break;
    default:
      break;
  }
}

void RunSoFar::initiate(const Event& event) {
  if (operations_.find(event.operation) != nullptr) operations_.erase(event.operation);
  OperationSoFar& operation = operations_.put(event.operation);
  operation.handle = event.handle;
  operation.initiated = event.seq;
  operation.opcode = event.opcode;
  operation.verb = verb_named(event.opcode);
  operation.open[initiated_step] = 1;
  ThreadSoFar& thread = thread_at(event.thread);
  operation.follows = std::exchange(thread.links_next, event.more);
  if (event.handle != 0) ++handles_.put(event.handle).under_way;
  if (operation.verb == Opcode::cancel_all) cancelled_all_ = event.seq;
  if (operation.verb == Opcode::cancel_handle && event.handle != 0) {
    handles_.put(event.handle).cancel_requested = event.seq;
  }
}

void RunSoFar::take_step(const Event& event, Step step) {
  OperationSoFar& operation = operations_.put(event.operation);
  int before = step - 1;
  // A cancelled operation may not have been started (linked), or not even submitted (queue full).
  if (step == completed_step && event.value == -cancelled_error) {
    while (before > 0 && operation.open[before] == 0) --before;
  }
  // Each completion takes these steps once, also for multishot operations.
  if (before >= completed_step && operation.open[before] > 0) --operation.open[before];
  ++operation.open[step];
  switch (step) {
    case started_step:
      operation.started = event.seq;
      break;
    case completed_step:
      operation.completed = event.seq;
      operation.is_multishot |= event.more;
      if (event.more || operation.is_over) break;
      operation.is_over = true;
      leave_handle(operation);
      break;
    case queued_step:
      ++in_queue_;
      last_queued_ = event.seq;
      if (operation.queued == 0) {
        operation.queued = event.seq;
        operation.handled_when_queued = handled_;
        operation.ahead_when_queued = waiting_;
      }
      ++waiting_;
      break;
    case dequeued_step:
      if (in_queue_ > 0) --in_queue_;
      operation.ends = !event.more;
      break;
    case entered_step: {
      ++handled_;
      if (waiting_ > 0) --waiting_;
      // The next completion of a multishot operation is only known to wait from here on.
      const bool more_wait = operation.open[queued_step] + operation.open[dequeued_step] > 0;
      operation.queued = more_wait ? event.seq : 0;
      operation.handled_when_queued = handled_;
      operation.ahead_when_queued = waiting_;
      thread_at(event.thread) = {event.operation, event.seq, event.time_ns};
      break;
    }
    case exited_step:
      thread_at(event.thread) = {};
      if (operation.ends && operation.open[dequeued_step] == 0 &&
          operation.open[entered_step] == 0) {
        take_back(event.operation, operation);
        if (!operation.is_over) leave_handle(operation);
        operations_.erase(event.operation);
      }
      break;
    default:
      break;
  }
}

void RunSoFar::lend(const Event& event) {
  OperationSoFar& operation = operations_.put(event.operation);
  if (operation.lent != 0) take_back(event.operation, operation);
  operation.buffer = event.buffer;
  operation.lent = event.seq;
  BufferSoFar& buffer = buffers_.put(event.buffer);
  buffer.operation = event.operation;
  ++buffer.loans;
}

void RunSoFar::take_back(std::uint32_t id, OperationSoFar& operation) {
  if (operation.lent == 0) return;
  if (BufferSoFar* buffer = buffers_.find(operation.buffer)) {
    if (buffer->operation == id) buffer->operation = 0;
    if (--buffer->loans == 0) buffers_.erase(operation.buffer);
  }
  operation.lent = 0;
}

void RunSoFar::leave_handle(const OperationSoFar& operation) {
  HandleSoFar* handle = handles_.find(operation.handle);
  if (handle == nullptr || handle->under_way == 0) return;
  if (--handle->under_way == 0 && handle->closed != 0) handles_.erase(operation.handle);
}

void RunSoFar::abandon(const Event& event) {
  OperationSoFar* operation = operations_.find(event.operation);
  if (operation == nullptr) return;
  const std::uint64_t in_queue = operation->open[queued_step];
  in_queue_ -= std::min(in_queue_, in_queue);
  waiting_ -= std::min(waiting_, in_queue + operation->open[dequeued_step]);
  take_back(event.operation, *operation);
  if (!operation->is_over) leave_handle(*operation);
  operations_.erase(event.operation);
}

std::uint32_t RunSoFar::cancelled_at(const OperationSoFar& operation) const {
  if (operation.cancel_requested != 0) return operation.cancel_requested;
  const HandleSoFar* handle = handles_.find(operation.handle);
  if (handle != nullptr && handle->cancel_requested > operation.initiated) {
    return handle->cancel_requested;
  }
  return cancelled_all_ > operation.initiated ? cancelled_all_ : 0;
}

const ThreadSoFar& RunSoFar::thread(std::uint16_t id) const {
  static constexpr ThreadSoFar nothing;
  return id < threads_.size() ? threads_[id] : nothing;
}

ThreadSoFar& RunSoFar::thread_at(std::uint16_t id) {
  if (id >= threads_.size()) threads_.resize(id + 1u);
  return threads_[id];
}

Opcode RunSoFar::verb_named(StringId opcode) const {
  const auto index = static_cast<std::size_t>(opcode);
  if (index >= verbs_.size()) verbs_.resize(strings_.size() + 1, 0);
  if (index >= verbs_.size()) return Opcode::none;
  if (verbs_[index] == 0) {
    const Opcode verb = proactor_lab::verb_named(strings_.text(opcode)).opcode;
    verbs_[index] = static_cast<std::uint8_t>(static_cast<int>(verb) + 1);
  }
  return static_cast<Opcode>(verbs_[index] - 1);
}

std::string RunSoFar::name_of_operation(std::uint32_t id) const {
  const OperationSoFar* operation = operations_.find(id);
  const std::string number = " #" + std::to_string(id);
  if (operation == nullptr || operation->opcode == no_string) return "operation" + number;
  std::string name(strings_.text(operation->opcode));
  name += number;
  const HandleSoFar* handle = handles_.find(operation->handle);
  if (handle != nullptr && handle->label != no_string) {
    name += " on " + std::string(strings_.text(handle->label));
  }
  return name;
}

std::string RunSoFar::name_of_handle(std::uint32_t id) const {
  const HandleSoFar* handle = handles_.find(id);
  if (handle == nullptr || handle->label == no_string) return "handle " + std::to_string(id);
  return std::string(strings_.text(handle->label)) + " (handle " + std::to_string(id) + ")";
}

std::string RunSoFar::name_of_thread(std::uint16_t id) const {
  const std::string number = "thread " + std::to_string(id);
  if (id >= thread_labels_.size() || thread_labels_[id] == no_string) return number;
  return number + " (" + std::string(strings_.text(thread_labels_[id])) + ")";
}

}  // namespace proactor_lab
