#include "traces/recording/fact_expander.hpp"

#include <algorithm>

#include "core/values/handle.hpp"

namespace proactor_lab {
namespace {

std::string_view name_of(HandleKind kind) {
  switch (kind) {
    case HandleKind::listener:
      return "listener";
    case HandleKind::stream:
      return "stream";
    case HandleKind::datagram:
      return "datagram";
    case HandleKind::pipe:
      return "pipe";
    case HandleKind::file:
      return "file";
  }
  return "";
}

std::string_view name_of(FactBlock block) {
  switch (block) {
    case FactBlock::io:
      return "io";
    case FactBlock::lock:
      return "lock";
    case FactBlock::cpu:
      return "cpu";
    case FactBlock::job:
      return "job";
  }
  return "";
}

}  // namespace

FactExpander::FactExpander(const ExpanderConfig& config, StringPool& strings, EventSink& sink)
    : config_(config), strings_(strings), sink_(sink) {}

void FactExpander::start(std::int64_t time_ns, std::string_view program, std::string_view system) {
  Event event;
  event.kind = EventKind::run_started;
  event.time_ns = time_ns - config_.origin_ns;
  event.label = strings_.keep(program);
  event.text = strings_.keep(system);
  emit(event, 0);
}

void FactExpander::finish(std::int64_t time_ns, std::string_view how) {
  const std::uint32_t cause = last_seq_;
  config_.event_limit = UINT64_MAX;  // events_lost and run_finished always fit
  if (lost_ > 0) {
    Event event;
    event.kind = EventKind::events_lost;
    event.time_ns = std::max(last_ns_, time_ns - config_.origin_ns);
    event.earliest_ns = first_lost_ns_;
    event.certainty = Certainty::inferred;
    event.value = static_cast<std::int64_t>(lost_);
    event.text = strings_.keep("event limit");
    emit(event, cause);
  }
  Event event;
  event.kind = EventKind::run_finished;
  event.time_ns = std::max(last_ns_, time_ns - config_.origin_ns);
  event.text = strings_.keep(how);
  emit(event, cause);
}

void FactExpander::expand(const Fact& fact, FactIndex index) {
  switch (fact.kind) {
    case FactKind::operation_initiated:
      initiation_of(fact.thread) = fact;
      break;
    case FactKind::initiation_details:
      expand_initiation(fact);
      break;
    case FactKind::cancel_requested: {
      Event event = base(fact, EventKind::cancel_requested);
      event.target = static_cast<std::uint32_t>(fact.value);
      emit(event, operations_[fact.operation].initiated);
      break;
    }
    case FactKind::operation_submitted: {
      Operation& operation = operations_[fact.operation];
      operation.submitted = emit(base(fact, EventKind::operation_submitted), operation.initiated);
      operation.submitted_ns = fact.time_ns - config_.origin_ns;
      if (!config_.infers) break;
      // io_uring_enter(2) starts the operations that it accepts before it waits: started follows at
      // once.
      Event started = base(fact, EventKind::operation_started);
      started.thread = 0;
      started.certainty = Certainty::inferred;
      started.earliest_ns = operation.submitted_ns;
      operation.started = emit(started, operation.submitted);
      break;
    }
    case FactKind::operation_started: {
      Operation& operation = operations_[fact.operation];
      operation.started = emit(base(fact, EventKind::operation_started), operation.submitted);
      break;
    }
    case FactKind::operation_completed: {
      Operation& operation = operations_[fact.operation];
      Event event = base(fact, EventKind::operation_completed);
      event.value = fact_number(fact.value);
      event.more = fact.detail != 0;
      operation.completed = emit(event, operation.started);
      break;
    }
    case FactKind::completion_queued: {
      Operation& operation = operations_[fact.operation];
      Event event = base(fact, EventKind::completion_queued);
      event.value = ++depth_;
      last_queued_ = operation.queued = emit(event, operation.completed);
      break;
    }
    case FactKind::completion_reaped:
      expand_reaped(fact);
      break;
    case FactKind::completion_dequeued:
      expand_dequeued(fact);
      break;
    case FactKind::handler_entered:
    case FactKind::handler_exited:
    case FactKind::wait_entered:
    case FactKind::wait_returned:
    case FactKind::operation_abandoned:
      expand_loop(fact);
      break;
    case FactKind::worker_acquired:
    case FactKind::worker_rejected:
    case FactKind::worker_busy:
    case FactKind::worker_released:
      expand_worker(fact);
      break;
    case FactKind::bytes_moved:
      expand_bytes_moved(fact);
      break;
    case FactKind::handle_opened:
    case FactKind::handle_closed:
      expand_handle(fact);
      break;
    case FactKind::readiness_reported: {
      Event event = base(fact, EventKind::readiness_reported);
      std::uint32_t cause = last_of_thread(fact.thread);
      if (const Operation* found = operations_.find(fact.operation)) {
        // A closed handle's number denotes no handle, but the operation is still in progress on it.
        if (event.handle == 0) event.handle = found->handle;
        cause = found->started;
      }
      emit(event, cause);
      break;
    }
    case FactKind::thread_started:
      expand_thread(fact, EventKind::thread_started);
      break;
    case FactKind::syscall_entered:
      expand_thread(fact, EventKind::syscall_entered);
      break;
    case FactKind::thread_blocked:
      expand_thread(fact, EventKind::thread_blocked);
      break;
    case FactKind::thread_woken:
      expand_thread(fact, EventKind::thread_woken);
      break;
    case FactKind::syscall_returned:
      expand_thread(fact, EventKind::syscall_returned);
      break;
    case FactKind::thread_switched:
      expand_thread(fact, EventKind::thread_switched);
      break;
    case FactKind::thread_exited:
      expand_thread(fact, EventKind::thread_exited);
      break;
    case FactKind::lock_requested:
      expand_thread(fact, EventKind::lock_requested);
      break;
    case FactKind::lock_acquired:
      expand_thread(fact, EventKind::lock_acquired);
      break;
    case FactKind::lock_released:
      expand_thread(fact, EventKind::lock_released);
      break;
    case FactKind::condition_notified:
      expand_thread(fact, EventKind::condition_notified);
      break;
    case FactKind::choice_made:
    case FactKind::fault_injected:
    case FactKind::client_connected:
    case FactKind::client_sent:
    case FactKind::client_received:
    case FactKind::client_closed:
    case FactKind::state_changed:
    case FactKind::note:
      expand_world(fact);
      break;
  }
  if (index == 0 || last_seq_ >= config_.event_limit) return;
  if (seq_of_fact_.size() < index) seq_of_fact_.resize(std::max<std::size_t>(2 * index, 1024));
  seq_of_fact_[index - 1] = last_seq_;
}

void FactExpander::expand_bytes_moved(const Fact& fact) {
  Event event = base(fact, EventKind::bytes_moved);
  event.bytes = fact_number(fact.value);
  event.role = static_cast<Role>(fact.detail);
  std::uint32_t cause = last_of_thread(fact.thread);
  if (const Operation* found = operations_.find(fact.operation)) {
    event.handle = found->handle;
    event.buffer = found->buffer;
    cause = found->started;
  }
  emit(event, cause);
}

void FactExpander::expand_handle(const Fact& fact) {
  if (fact.kind == FactKind::handle_closed) {
    emit_simple(fact, EventKind::handle_closed);
    ends(handle_of(fact.handle));
    handles_.erase(key_of(fact.handle));
    return;
  }
  const auto kind = static_cast<HandleKind>(fact.detail);
  const std::uint32_t handle = ++last_handle_;
  handles_[key_of(fact.handle)] = handle;
  if (fact.value != 0) {
    handles_[key_of(connection_handle(static_cast<std::uint32_t>(fact.value) - 1))] = handle;
  }
  Event event = base(fact, EventKind::handle_opened);
  event.handle = handle;
  event.value = fact.handle;
  event.text = strings_.keep(name_of(kind));
  event.label = text_of(fact.extra);
  if (event.label == no_string) {
    event.label = kind == HandleKind::stream ? strings_.keep(letters_of(++last_stream_))
                                             : strings_.keep(name_of(kind));
  }
  emit(event, last_of_thread(fact.thread));
}

void FactExpander::expand_thread(const Fact& fact, EventKind kind) {
  Event event = base(fact, kind);
  event.value = fact_number(fact.value);
  switch (kind) {
    case EventKind::thread_started:
    case EventKind::lock_requested:
    case EventKind::lock_acquired:
    case EventKind::lock_released:
    case EventKind::condition_notified:
      event.label = text_of(fact.extra);
      break;
    case EventKind::syscall_entered:
      event.bytes = event.value;
      event.opcode = text_of(fact.extra);
      break;
    case EventKind::syscall_returned:
      event.opcode = text_of(fact.extra);
      break;
    case EventKind::thread_blocked:
      event.text = strings_.keep(name_of(static_cast<FactBlock>(fact.detail)));
      event.label = text_of(fact.extra);
      break;
    default:
      break;
  }
  std::uint32_t& last = last_of_thread(fact.thread);
  const std::uint32_t seq = emit(event, last);
  last_of_thread(fact.thread) = seq;
}

void FactExpander::expand_world(const Fact& fact) {
  switch (fact.kind) {
    case FactKind::choice_made: {
      Event event = base(fact, EventKind::choice_made);
      event.label = text_of(fact.extra);
      event.value = static_cast<std::int64_t>(fact.value & 0xFFFFFFFFu);
      event.options = static_cast<std::uint16_t>(std::min<std::uint64_t>(fact.value >> 32, 65535));
      emit(event, 1);
      break;
    }
    case FactKind::state_changed: {
      Event event = base(fact, EventKind::state_changed);
      event.label = text_of(fact.extra);
      event.text = text_of(fact.value);
      emit(event, last_of_thread(fact.thread));
      break;
    }
    case FactKind::note: {
      Event event = base(fact, EventKind::note);
      event.text = text_of(fact.extra);
      emit(event, last_of_thread(fact.thread));
      break;
    }
    default: {
      const EventKind kind = fact.kind == FactKind::client_sent        ? EventKind::client_sent
                             : fact.kind == FactKind::client_received  ? EventKind::client_received
                             : fact.kind == FactKind::client_closed    ? EventKind::client_closed
                             : fact.kind == FactKind::client_connected ? EventKind::client_connected
                                                                       : EventKind::fault_injected;
      Event event = base(fact, kind);
      event.label = text_of(fact.extra);
      event.bytes = fact_number(fact.value);
      if (kind == EventKind::client_closed && fact.detail != 0) event.text = strings_.keep("reset");
      emit(event, 1);
      break;
    }
  }
}

// --- Helpers ---------------------------------------------------------------------------------

Event FactExpander::base(const Fact& fact, EventKind kind) const {
  Event event;
  event.kind = kind;
  event.time_ns = fact.time_ns - config_.origin_ns;
  event.thread = fact.thread;
  event.operation = fact.operation;
  event.cause = seq_of(fact.cause);
  event.handle = handle_of(fact.handle);
  return event;
}

std::uint32_t FactExpander::emit(Event event, std::uint32_t otherwise_caused_by) {
  if (last_seq_ >= config_.event_limit) {
    if (lost_++ == 0) first_lost_ns_ = event.time_ns;
    return 0;
  }
  if (event.cause == 0) event.cause = otherwise_caused_by;
  if (event.cause == 0 && last_seq_ > 0) event.cause = 1;  // the start of the run
  event.seq = ++last_seq_;
  last_ns_ = event.time_ns;
  sink_.add(event);
  return event.seq;
}

void FactExpander::emit_simple(const Fact& fact, EventKind kind) {
  emit(base(fact, kind), last_of_thread(fact.thread));
}

StringId FactExpander::text_of(std::uint64_t pointer) {
  if (pointer == 0) return no_string;
  StringId& text = texts_[pointer];
  if (text == no_string) {
    text = strings_.keep(reinterpret_cast<const char*>(static_cast<std::uintptr_t>(pointer)));
  }
  return text;
}

StringId FactExpander::source_of(std::uint64_t pointer) {
  if (pointer == 0) return no_string;
  StringId& source = sources_[pointer];
  if (source == no_string) {
    std::string_view file = reinterpret_cast<const char*>(static_cast<std::uintptr_t>(pointer));
    if (!config_.source_root.empty() && file.starts_with(config_.source_root)) {
      file.remove_prefix(config_.source_root.size());
    }
    source = strings_.keep(file);
  }
  return source;
}

std::uint32_t FactExpander::handle_of(std::int32_t number) const {
  if (number == -1) return 0;
  const std::uint32_t* found = handles_.find(key_of(number));
  return found == nullptr ? 0 : *found;
}

void FactExpander::ends(std::uint32_t handle) {
  if (handle == 0) return;
  if (ending_.size() <= last_handle_) ending_.resize(last_handle_ + std::size_t{1});
  ending_[handle] = true;
}

/// An address denotes the same buffer until the program requests the close of the handle on which
/// it was last lent. After that, the memory may have been freed and allocated again. The trace must
/// not depend on the allocator, so a later loan gets a new buffer number.
std::uint32_t FactExpander::buffer_at(std::uint64_t address, std::uint32_t handle) {
  Buffer& buffer = buffers_[address];
  const bool ended = buffer.handle < ending_.size() && ending_[buffer.handle];
  if (buffer.number == 0 || (ended && buffer.handle != handle)) buffer.number = ++last_buffer_;
  buffer.handle = handle;
  return buffer.number;
}

std::uint32_t FactExpander::seq_of(FactIndex fact) const {
  return fact == 0 || fact > seq_of_fact_.size() ? 0 : seq_of_fact_[fact - 1];
}

Fact& FactExpander::initiation_of(std::uint16_t thread) {
  if (thread >= initiations_.size()) initiations_.resize(thread + 1u);
  return initiations_[thread];
}

std::uint32_t& FactExpander::last_of_thread(std::uint16_t thread) {
  if (thread >= last_of_thread_.size()) last_of_thread_.resize(thread + 1u, 1);
  return last_of_thread_[thread];
}

}  // namespace proactor_lab
