#include "traces/model/model.hpp"

#include <algorithm>
#include <array>

#include "traces/model/operation_life.hpp"
#include "traces/model/switch_watch.hpp"

namespace proactor_lab {

/// Reads a trace once, front to back, and fills a model.
class ModelBuilder {
 public:
  ModelBuilder(Model& model, std::size_t event_count)
      : model_(model),
        timeline_(model.timeline_),
        thread_places_(event_count),
        switches_(model.trace_.strings) {}

  void add(const Event& event) {
    const bool switched = switches_.see(event);
    if (event.thread != 0) add_to_thread(event, switched);
    if (event.handle != 0) add_to_handle(event);
    if (event.operation != 0) {
      add_to_operation(event);
    } else if (event.kind == EventKind::cancel_requested) {
      note_cancel(event);  // in a call of the program, as in Asio
    }
  }

  void finish(std::uint32_t event_count, std::int64_t end_ns) {
    for (std::size_t i = 0; i < model_.threads_.size(); ++i) {
      close_span(model_.threads_[i], end_ns, event_count + 1);
    }
    std::vector<LifeIndex::Life> lives;
    lives.reserve(model_.operations_.size());
    for (const OperationRecord& operation : model_.operations_) {
      const std::uint32_t end = std::max(operation.exited, operation.abandoned);
      lives.push_back({operation.first, end == 0 ? UINT32_MAX : end});
    }
    timeline_.lives = LifeIndex(std::move(lives));
  }

 private:
  struct ThreadNow {
    std::uint32_t handling = 0;  ///< the operation whose handler runs
    std::uint32_t handle = 0;    ///< the connection it serves
  };

  void add_to_thread(const Event& event, bool switched) {
    ThreadRecord& thread = thread_of(event);
    if (switched) ++thread.switches;
    ThreadNow& now = threads_now_[thread_places_.find(event.thread)];
    switch (event.kind) {
      case EventKind::handler_entered:
        now.handling = event.operation;
        now.handle = handle_of_operation(event);
        turn(thread, event, ThreadActivity::running, now.handle);
        break;
      case EventKind::handler_exited:
        now = {};
        turn(thread, event, ThreadActivity::running, 0);
        break;
      case EventKind::wait_entered:
        turn(thread, event, ThreadActivity::blocked_io, 0);
        break;
      case EventKind::wait_returned:
        turn(thread, event, ThreadActivity::running, 0);
        break;
      case EventKind::syscall_entered:
        if (event.handle != 0) now.handle = event.handle;
        turn(thread, event, ThreadActivity::running, now.handle);
        break;
      case EventKind::thread_blocked:
        turn(thread, event, reason_of(event), now.handle);
        break;
      case EventKind::thread_switched:
        turn(thread, event, ThreadActivity::running, now.handle);
        break;
      case EventKind::thread_woken:
      case EventKind::syscall_returned:
      case EventKind::lock_acquired:
        turn(thread, event, ThreadActivity::running, now.handle);
        break;
      case EventKind::thread_exited:
        close_span(thread, event.time_ns, event.seq);
        turn(thread, event, ThreadActivity::none, 0);
        break;
      default:
        break;
    }
  }

  /// A truncated or foreign trace may lack thread_started: a thread begins at its first event.
  ThreadRecord& thread_of(const Event& event) {
    std::uint32_t place = thread_places_.find(event.thread);
    if (place == IdIndex::absent) {
      place = static_cast<std::uint32_t>(model_.threads_.size());
      thread_places_.put(event.thread, place);
      ThreadRecord record;
      record.id = event.thread;
      if (event.kind == EventKind::thread_started) record.label = event.label;
      model_.threads_.push_back(std::move(record));
      threads_now_.emplace_back();
      turn(model_.threads_.back(), event, ThreadActivity::running, 0);
    }
    return model_.threads_[place];
  }

  ThreadActivity reason_of(const Event& event) const {
    std::string_view reason = model_.trace_.text(event.text);
    if (reason == "lock") return ThreadActivity::blocked_lock;
    if (reason == "cpu") return ThreadActivity::runnable;
    if (reason == "job") return ThreadActivity::none;  // an idle worker
    return ThreadActivity::blocked_io;
  }

  void turn(ThreadRecord& thread, const Event& event, ThreadActivity activity,
            std::uint32_t handle) {
    if (!thread.spans.empty()) {
      const ThreadSpan& last = thread.spans.back();
      if (last.activity == activity && last.handle == handle) return;
      close_span(thread, event.time_ns, event.seq);
    }
    ThreadSpan span;
    span.from_ns = span.to_ns = event.time_ns;
    span.from_seq = span.to_seq = event.seq;
    span.activity = activity;
    span.handle = handle;
    thread.spans.push_back(span);
  }

  static void close_span(ThreadRecord& thread, std::int64_t at_ns, std::uint32_t at_seq) {
    if (thread.spans.empty()) return;
    thread.spans.back().to_ns = at_ns;
    thread.spans.back().to_seq = at_seq;
  }

  void add_to_handle(const Event& event) {
    if (event.kind != EventKind::handle_opened && event.kind != EventKind::handle_closed) return;
    std::uint32_t place = model_.handle_places_.find(event.handle);
    if (place == IdIndex::absent) {
      place = static_cast<std::uint32_t>(model_.handles_.size());
      model_.handle_places_.put(event.handle, place);
      HandleRecord record;
      record.id = event.handle;
      record.listener = model_.trace_.text(event.text) == "listener";
      record.label = event.label;
      if (!record.listener) record.order = streams_++;
      model_.handles_.push_back(record);
    }
    HandleRecord& record = model_.handles_[place];
    if (event.kind == EventKind::handle_closed) {
      if (record.closed == 0) record.closed = event.seq;
      return;
    }
    if (record.opened == 0) record.opened = event.seq;
    record.descriptor = event.value;
  }

  std::uint32_t handle_of_operation(const Event& event) const {
    const OperationRecord* operation = model_.operation(event.operation);
    return operation == nullptr ? event.handle : operation->handle;
  }

  void add_to_operation(const Event& event) {
    if (event.kind == EventKind::cancel_requested) note_cancel(event);
    const std::uint32_t place = place_of_operation(event);
    OperationRecord& operation = model_.operations_[place];
    OperationLife& life = lives_[place];
    const OperationState before = life.state();
    const std::uint32_t completion = life.follow(event);
    if (completion == OperationLife::no_completion) {
      add_to_request(operation, event);
    } else if (life.is_last(completion)) {
      add_to_last_completion(operation, event);
    } else {
      add_to_earlier_completion(operation, completion, event);
    }
    if (event.kind == EventKind::completion_queued) {
      ++depth_;
      timeline_.queued.add(event.seq);
    } else if (event.kind == EventKind::completion_dequeued && depth_ > 0) {
      --depth_;
      timeline_.dequeued.add(event.seq);
    } else if (event.kind == EventKind::handler_entered && operation.handler == no_string) {
      operation.handler = event.label;
    }
    note_state(before, life.state(), event.seq);
  }

  void add_to_request(OperationRecord& operation, const Event& event) {
    switch (event.kind) {
      case EventKind::operation_initiated:
        if (operation.initiated == 0) initiate(operation, event);
        break;
      case EventKind::operation_submitted:
        move(operation, operation.submitted, event);
        break;
      case EventKind::operation_started:
        if (operation.started == 0) start_flight(event);
        move(operation, operation.started, event);
        break;
      case EventKind::bytes_moved:
        if (event.role != Role::application && operation.moved == 0) operation.moved = event.seq;
        break;
      case EventKind::operation_abandoned:
        if (operation.started != 0 && operation.completed == 0 && operation.abandoned == 0) {
          end_flight(event);
        }
        move(operation, operation.abandoned, event);
        if (model_.first_abandoned_ == 0) model_.first_abandoned_ = event.seq;
        break;
      default:
        break;
    }
  }

  void add_to_last_completion(OperationRecord& operation, const Event& event) {
    switch (event.kind) {
      case EventKind::operation_completed:
        if (operation.started != 0 && operation.completed == 0) end_flight(event);
        if (operation.completed == 0) operation.result = event.value;
        return move(operation, operation.completed, event);
      case EventKind::completion_queued:
        return move(operation, operation.queued, event);
      case EventKind::completion_dequeued:
        if (operation.dequeued == 0) operation.dequeued = event.seq;
        return;
      case EventKind::handler_entered:
        return move(operation, operation.entered, event);
      default:
        return move(operation, operation.exited, event);
    }
  }

  void add_to_earlier_completion(const OperationRecord& operation, std::uint32_t place,
                                 const Event& event) {
    std::vector<CompletionRecord>& earlier = model_.earlier_[operation.id];
    if (place >= earlier.size()) earlier.resize(place + 1);
    CompletionRecord& completion = earlier[place];
    completion.more = true;
    switch (event.kind) {
      case EventKind::operation_completed:
        completion.completed = event.seq;
        completion.result = event.value;
        return;
      case EventKind::completion_queued:
        completion.queued = event.seq;
        return;
      case EventKind::completion_dequeued:
        completion.dequeued = event.seq;
        if (completion.completed == 0) completion.result = event.value;
        return;
      case EventKind::handler_entered:
        completion.entered = event.seq;
        return;
      default:
        completion.exited = event.seq;
    }
  }

  std::uint32_t place_of_operation(const Event& event) {
    std::uint32_t place = model_.operation_places_.find(event.operation);
    if (place == IdIndex::absent) {
      place = static_cast<std::uint32_t>(model_.operations_.size());
      model_.operation_places_.put(event.operation, place);
      OperationRecord record;
      record.id = event.operation;
      record.handle = event.handle;
      record.opcode = event.opcode;
      record.first = event.seq;
      model_.operations_.push_back(record);
      lives_.emplace_back();
    }
    return place;
  }

  void initiate(OperationRecord& operation, const Event& event) {
    operation.initiated = event.seq;
    operation.handle = event.handle;
    operation.buffer = event.buffer;
    operation.opcode = event.opcode;
    operation.handler = event.label;
    operation.asked_bytes = event.bytes;
    if (event.target != 0) name_target(operation, event);
    std::uint32_t place = event.thread == 0 ? IdIndex::absent : thread_places_.find(event.thread);
    if (place != IdIndex::absent) operation.initiated_in = threads_now_[place].handling;
  }

  static void name_target(OperationRecord& cancel, const Event& event) {
    cancel.target = event.target;
    cancel.target_known = event.seq;
  }

  void note_cancel(const Event& event) {
    if (event.operation != 0) {
      OperationRecord& cancel = model_.operations_[place_of_operation(event)];
      if (cancel.target == 0) name_target(cancel, event);
    }
    std::uint32_t place = model_.operation_places_.find(event.target);
    if (event.target == 0 || place == IdIndex::absent) return;
    OperationRecord& aimed_at = model_.operations_[place];
    if (aimed_at.cancel_requested == 0) aimed_at.cancel_requested = event.seq;
  }

  /// The operation enters the state that begins at `moment`. The time since its previous moment is
  /// a sample of the previous state's dwell time.
  void move(OperationRecord& operation, std::uint32_t& moment, const Event& event) {
    if (moment != 0) return;
    std::array<std::uint32_t, 6> moments{operation.initiated, operation.submitted,
                                         operation.started,   operation.completed,
                                         operation.queued,    operation.entered};
    std::uint32_t since = *std::max_element(moments.begin(), moments.end());
    const OperationState before = model_.state_at(operation, event.seq);
    if (since != 0) {
      std::int64_t dwell_ns = event.time_ns - model_.time_ns(since);
      model_.dwells_[static_cast<std::size_t>(before)].add(event.seq,
                                                           std::max<std::int64_t>(dwell_ns, 0));
    }
    moment = event.seq;
  }

  void note_state(OperationState before, OperationState after, std::uint32_t seq) {
    if (before == after) return;
    if (before != OperationState::none) timeline_.left[static_cast<std::size_t>(before)].add(seq);
    timeline_.reached[static_cast<std::size_t>(after)].add(seq);
  }

  void start_flight(const Event& event) {
    ++flying_;
    timeline_.started.add(event.seq);
  }
  void end_flight(const Event& event) {
    if (flying_ == 0) return;
    --flying_;
    timeline_.landed.add(event.seq);
  }

  Model& model_;
  Timeline& timeline_;
  std::vector<OperationLife> lives_;  // by the operation's index
  IdIndex thread_places_;
  std::vector<ThreadNow> threads_now_;
  SwitchWatch switches_;
  std::uint32_t depth_ = 0;
  std::uint32_t flying_ = 0;
  std::uint32_t streams_ = 0;
};

Model::Model(const Trace& trace)
    : trace_(trace), operation_places_(trace.events.size()), handle_places_(trace.events.size()) {
  ModelBuilder builder(*this, trace.events.size());
  for (const Event& event : trace.events) builder.add(event);
  builder.finish(event_count(), end_ns());
}

std::int64_t Model::start_ns() const {
  return trace_.events.empty() ? 0 : trace_.events.front().time_ns;
}

std::int64_t Model::end_ns() const {
  return trace_.events.empty() ? 0 : trace_.events.back().time_ns;
}

const OperationRecord* Model::operation(std::uint32_t id) const {
  std::uint32_t place = operation_places_.find(id);
  return place == IdIndex::absent ? nullptr : &operations_[place];
}

const HandleRecord* Model::handle(std::uint32_t id) const {
  std::uint32_t place = handle_places_.find(id);
  return place == IdIndex::absent ? nullptr : &handles_[place];
}

OperationState Model::state_at(const OperationRecord& operation, std::uint32_t seq) const {
  auto reached = [seq](std::uint32_t moment) { return moment != 0 && moment <= seq; };
  if (reached(operation.abandoned)) return OperationState::abandoned;
  if (reached(operation.exited)) return OperationState::done;
  if (reached(operation.entered)) return OperationState::handling;
  if (reached(operation.queued)) return OperationState::queued;
  if (reached(operation.completed)) return OperationState::completed;
  if (reached(operation.started)) return OperationState::in_flight;
  const auto earlier = earlier_.find(operation.id);
  if (earlier != earlier_.end() && reached(earlier->second.front().completed)) {
    return OperationState::in_flight;
  }
  if (reached(operation.submitted)) return OperationState::submitted;
  if (reached(operation.initiated)) return OperationState::initiated;
  return OperationState::none;
}

std::optional<std::int64_t> Model::median_dwell_at(OperationState state, std::uint32_t seq) const {
  return dwells_[static_cast<std::size_t>(state)].at(seq);
}

ThreadActivity Model::activity_at(const ThreadRecord& thread, std::uint32_t seq) const {
  auto after =
      std::upper_bound(thread.spans.begin(), thread.spans.end(), seq,
                       [](std::uint32_t s, const ThreadSpan& span) { return s < span.from_seq; });
  if (after == thread.spans.begin()) return ThreadActivity::none;
  return std::prev(after)->activity;
}

Snapshot Model::snapshot_at(std::uint32_t seq) const {
  Snapshot snapshot;
  timeline_.look(seq, snapshot);
  if (seq >= 1 && seq <= event_count()) snapshot.time_ns = time_ns(seq);
  return snapshot;
}

std::vector<std::uint32_t> Model::operations_between(std::uint32_t from, std::uint32_t to) const {
  return timeline_.lives.overlapping(from, to);
}

std::uint32_t Model::last_event_at(std::int64_t time_ns) const {
  const std::vector<std::int64_t>& times = trace_.events.times();
  return static_cast<std::uint32_t>(std::upper_bound(times.begin(), times.end(), time_ns) -
                                    times.begin());
}

std::size_t Model::capacity_bytes() const {
  std::size_t bytes = operations_.capacity() * sizeof(OperationRecord) +
                      handles_.capacity() * sizeof(HandleRecord) +
                      operation_places_.capacity_bytes() + handle_places_.capacity_bytes() +
                      timeline_.capacity_bytes();
  for (const ThreadRecord& thread : threads_) {
    bytes += sizeof thread + thread.spans.capacity() * sizeof(ThreadSpan);
  }
  for (const auto& [operation, earlier] : earlier_) {
    bytes += sizeof operation + sizeof earlier + earlier.capacity() * sizeof(CompletionRecord);
  }
  for (const RunningMedian& dwell : dwells_) bytes += dwell.capacity_bytes();
  return bytes;
}

}  // namespace proactor_lab
