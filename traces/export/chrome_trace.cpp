#include "traces/export/chrome_trace.hpp"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "traces/export/chrome_tracks.hpp"
#include "traces/model/operation_life.hpp"
#include "traces/model/thread_slices.hpp"

namespace proactor_lab {
namespace {

using Track = ChromeTrack;
using Tracks = ChromeTracks;

/// A live operation: a tree of async events, with its phases as children.
struct Span {
  OperationLife life;
  std::string name;  ///< "receive #3 on A"
  std::uint32_t handle = 0;
  std::int64_t result = 0;
  std::string_view phase;   ///< the current phase; a literal
  std::uint32_t arrow = 0;  ///< number of the arrow that begins at its initiation
};

class ChromeWriter {
 public:
  ChromeWriter(const Trace& trace, ChromeEvents::Output output)
      : trace_(trace),
        threads_(slices_of_threads(trace)),
        json_(std::move(output)),
        tracks_(trace, json_) {}

  void write() {
    if (!trace_.events.empty()) start_ns_ = trace_.events[0].time_ns;
    count("operations in flight", Tracks::system, 0);
    count("completion event queue", Tracks::program, 0);
    for (const Event& event : trace_.events) add(event);
    end_all();
    json_.finish();
    write_about();
    json_.close();
  }

 private:
  std::int64_t since_start(const Event& event) const {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(event.time_ns) -
                                     static_cast<std::uint64_t>(start_ns_));
  }

  void add(const Event& event) {
    now_ns_ = since_start(event);
    tracks_.meet(event);
    while (next_slice_ < threads_.slices.size() && threads_.slices[next_slice_].from == event.seq) {
      write_slice(threads_.slices[next_slice_++], event);
    }
    if (event.operation != 0) follow(event);
    add_moment(event);
  }

  // --- Threads -------------------------------------------------------------------------------

  std::uint32_t handle_of(const Event& event) const {
    const auto span = spans_.find(event.operation);
    return event.handle != 0 || span == spans_.end() ? event.handle : span->second.handle;
  }

  std::string name_of_slice(SliceKind kind, const Event& event) {
    const std::string_view label = trace_.text(event.label);
    const std::string_view on = trace_.text(event.text);
    switch (kind) {
      case SliceKind::life:
        return tracks_.name_of_thread(event.thread);
      case SliceKind::wait:
        return "wait for completions";
      case SliceKind::handler:
        return tracks_.call(label.empty() ? "handler" : label, handle_of(event));
      case SliceKind::call:
        return tracks_.call(trace_.text(event.opcode), event.handle);
      case SliceKind::blocked:
        break;
    }
    if (on == "lock") return "blocked: waits for a lock";
    if (on == "cpu") return "runnable: no CPU is free";
    return on == "job" ? "idle: waits for a job" : "blocked: waits for input or output";
  }

  void begin_slice(Track track, std::string_view category, std::string_view name,
                   std::int64_t length_ns) {
    json_.event('X', track, category, name);
    json_.time("ts", now_ns_);
    json_.time("dur", length_ns);
    json_.arguments();
  }

  void write_slice(const ThreadSlice& slice, const Event& event) {
    constexpr std::string_view categories[] = {"thread", "wait", "handler", "call", "blocked"};
    const Event& end = trace_.events[slice.to - 1];
    begin_slice({Tracks::program, slice.thread}, categories[static_cast<std::size_t>(slice.kind)],
                name_of_slice(slice.kind, event), since_start(end) - now_ns_);
    json_.number("seq", event.seq);
    // A thread may live as long as the run.
    if (!slice.ended && slice.kind != SliceKind::life) json_.flag("unfinished");
    if (slice.kind == SliceKind::handler) json_.number("operation", event.operation);
    if (!slice.ended || slice.kind == SliceKind::handler) return;
    if (slice.kind == SliceKind::call) json_.number("result", end.value);
    if (slice.kind == SliceKind::wait) json_.number("completions", end.value);
  }

  // --- Operations ----------------------------------------------------------------------------

  void async(char phase, std::uint32_t operation, std::string_view name) {
    json_.event(phase, Tracks::kernel, "operation", name);
    json_.text("id", std::to_string(operation));
    json_.time("ts", now_ns_);
    json_.arguments();
  }

  void async(char phase, std::string_view name, const Event& event) {
    async(phase, event.operation, name);
    json_.number("seq", event.seq);
    if (event.certainty != Certainty::inferred) return;
    json_.flag("inferred");
    json_.time("earliest", since_start_of(event.earliest_ns));
  }

  std::int64_t since_start_of(std::int64_t time_ns) const {
    return time_ns > start_ns_ ? time_ns - start_ns_ : 0;
  }

  /// The operation's phases in the system; its other states are visible in the threads.
  static std::string_view phase_of(const OperationLife& life) {
    if (life.state() == OperationState::submitted) return "submitted";
    if (life.state() == OperationState::in_flight) return "in flight";
    const bool queued = life.state() == OperationState::queued && !life.last_dequeued();
    return queued ? "queued" : "";
  }

  void follow(const Event& event) {
    auto place = spans_.find(event.operation);
    if (place == spans_.end()) {
      OperationLife first;
      first.follow(event);
      if (first.state() == OperationState::none) return;  // over, or initiation not in the trace
      place = spans_.emplace(event.operation, Span{}).first;
      begin_span(place->second, event);
    }
    Span& span = place->second;
    if (event.kind == EventKind::operation_initiated) write_initiation(span, event);
    const OperationState before = span.life.state();
    span.life.follow(event);
    turn(span, event);
    if (before != span.life.state()) count_flying(before, span.life.state());
    if (event.kind == EventKind::operation_completed) span.result = event.value;
    write_step(span, event);
    if (!span.life.is_over()) return;
    async('e', span.name, event);
    if (span.life.state() == OperationState::abandoned) {
      json_.flag("abandoned");
    } else {
      json_.number("result", span.result);
    }
    spans_.erase(place);
  }

  void begin_span(Span& span, const Event& event) {
    const bool initiated = event.kind == EventKind::operation_initiated;
    if (initiated) span.name = trace_.text(event.opcode);
    span.name += (span.name.empty() ? "#" : " #") + std::to_string(event.operation);
    if (event.handle != 0) span.name += " on " + tracks_.name_of_handle(event.handle);
    span.handle = event.handle;
    async('b', span.name, event);
    if (!initiated) {
      json_.flag("initiated_before");
      return;
    }
    if (event.bytes > 0) json_.number("bytes", event.bytes);
    if (event.parent != 0) json_.number("parent", event.parent);
    if (event.label != no_string) json_.text("handler", trace_.text(event.label));
  }

  /// The call is nested in the thread's current slice, and the arrow to the handler begins in it.
  void write_initiation(Span& span, const Event& event) {
    if (event.thread == 0) return;
    const Track track{Tracks::program, event.thread};
    begin_slice(track, "initiation", tracks_.call(trace_.text(event.opcode), event.handle), 0);
    json_.number("seq", event.seq);
    json_.number("operation", event.operation);
    if (event.file != no_string) {
      json_.text("source", std::string(trace_.text(event.file)) + ":" + std::to_string(event.line));
    }
    if (span.arrow != 0) return;
    span.arrow = ++last_arrow_;  // a trace may use an operation's number twice
    arrow('s', track, span.arrow);
  }

  void arrow(char phase, Track track, std::uint32_t number) {
    json_.event(phase, track, "completion", "completion");
    json_.number("id", number);
    json_.time("ts", now_ns_);
    if (phase != 's') json_.text("bp", "e");
  }

  void turn(Span& span, const Event& event) {
    const std::string_view next = phase_of(span.life);
    if (next == span.phase) return;
    if (!span.phase.empty()) async('e', span.phase, event);
    span.phase = next;
    if (!next.empty()) async('b', next, event);
  }

  /// Writes events of an operation that do not change its state.
  void write_step(Span& span, const Event& event) {
    switch (event.kind) {
      case EventKind::handler_entered: {
        if (event.thread == 0 || span.arrow == 0) return;
        const bool last = span.life.state() >= OperationState::handling;
        arrow(last ? 'f' : 't', {Tracks::program, event.thread}, span.arrow);
        if (last) span.arrow = 0;
        return;
      }
      case EventKind::operation_completed:
        if (!event.more) return;
        async('n', "completed, more to come", event);
        return json_.number("result", event.value);
      case EventKind::bytes_moved:
        async('n', "bytes moved", event);
        return json_.number("bytes", event.bytes);
      case EventKind::readiness_reported:
        return async('n', "ready", event);
      case EventKind::worker_acquired:
      case EventKind::worker_busy:
      case EventKind::worker_rejected:
      case EventKind::worker_released:
        return async('n', name_of(event.kind), event);
      case EventKind::cancel_requested: {
        const bool alive = spans_.contains(event.target);
        async('n', alive ? event.target : event.operation, "cancel requested");
        json_.number("seq", event.seq);
        return json_.number(alive ? "by" : "target", alive ? event.operation : event.target);
      }
      default:
        return;
    }
  }

  // --- Counters, moments, the program's own states -------------------------------------------

  void count(std::string_view name, std::uint32_t process, std::int64_t value) {
    json_.event('C', {process, 0}, "", name);
    json_.time("ts", now_ns_);
    json_.arguments();
    json_.number("count", value);
  }

  void count_flying(OperationState before, OperationState after) {
    const int change = (after == OperationState::in_flight ? 1 : 0) -
                       (before == OperationState::in_flight ? 1 : 0);
    if (change != 0) count("operations in flight", Tracks::system, flying_ += change);
  }

  void instant(Track track, std::string_view category, std::string_view name, const Event& event) {
    json_.event('i', track, category, name);
    json_.text("s", "t");
    json_.time("ts", now_ns_);
    json_.arguments();
    json_.number("seq", event.seq);
  }

  void add_moment(const Event& event) {
    const auto with_label = [&](std::string words) {
      return words.append(trace_.text(event.label));
    };
    switch (event.kind) {
      case EventKind::completion_queued:
        return count("completion event queue", Tracks::program, depth_ = event.value);
      case EventKind::completion_dequeued:
        return count("completion event queue", Tracks::program,
                     depth_ = depth_ > 0 ? depth_ - 1 : 0);
      case EventKind::worker_acquired:
      case EventKind::worker_released:
        return count("workers busy", Tracks::program, event.value);
      case EventKind::choice_made:
        instant(Tracks::of(event, Tracks::kernel), "choice", trace_.text(event.label), event);
        json_.number("answer", event.value);
        return json_.number("options", event.options);
      case EventKind::fault_injected:
        instant(Tracks::at_large, "fault", with_label("fault: "), event);
        if (event.handle != 0) json_.text("handle", tracks_.name_of_handle(event.handle));
        return;
      case EventKind::note:
        return instant(Tracks::of(event, Tracks::kernel), "note", trace_.text(event.text), event);
      case EventKind::events_lost:
        lost_ += static_cast<std::uint64_t>(event.value);
        return instant(Tracks::kernel, "lost", std::to_string(event.value) + " events lost", event);
      case EventKind::lock_requested:
        return instant(Tracks::of(event, Tracks::kernel), "lock", with_label("asks for lock "),
                       event);
      case EventKind::lock_acquired:
        return instant(Tracks::of(event, Tracks::kernel), "lock", with_label("holds lock "), event);
      case EventKind::lock_released:
        return instant(Tracks::of(event, Tracks::kernel), "lock", with_label("releases lock "),
                       event);
      case EventKind::condition_notified:
        return instant(Tracks::of(event, Tracks::kernel), "condition",
                       with_label("notifies condition "), event);
      case EventKind::client_connected:
        return add_client("connects", event);
      case EventKind::client_sent:
        return add_client("sends", event);
      case EventKind::client_received:
        return add_client("has received", event);
      case EventKind::client_closed:
        return add_client(trace_.text(event.text) == "reset" ? "resets" : "closes", event);
      case EventKind::state_changed:
        return change_state(event);
      default:
        return;
    }
  }

  void add_client(std::string_view does, const Event& event) {
    const Track track = tracks_.of_client(event);
    instant(track, "client", does, event);
    if (track.thread == Tracks::at_large.thread) json_.text("client", trace_.text(event.label));
    if (event.bytes > 0) json_.number("bytes", event.bytes);
    if (event.handle != 0) json_.text("handle", tracks_.name_of_handle(event.handle));
  }

  void state(char phase, StringId machine, StringId name) {
    json_.event(phase, {Tracks::program, 0}, "state", trace_.text(name));
    json_.text("id", trace_.text(machine));
    json_.time("ts", now_ns_);
  }

  void change_state(const Event& event) {
    const auto [place, is_new] = machines_.try_emplace(event.text, event.label);
    if (!is_new) state('e', event.text, place->second);
    place->second = event.label;
    state('b', event.text, event.label);
  }

  void end_all() {
    for (const auto& [operation, span] : spans_) {
      if (!span.phase.empty()) async('e', operation, span.phase);
      async('e', operation, span.name);
      json_.flag("unfinished");
    }
    for (const auto& [machine, last] : machines_) state('e', machine, last);
  }

  void write_about() {
    json_.text("program", trace_.header.program);
    json_.text("system", trace_.header.system);
    json_.text("seed", std::to_string(trace_.header.seed));
    json_.number("events", static_cast<std::int64_t>(trace_.events.size()));
    json_.number("events_lost", static_cast<std::int64_t>(lost_));
    json_.number("ends_without_beginning", static_cast<std::int64_t>(threads_.ends_alone));
    if (trace_.truncated) json_.flag("truncated");
  }

  const Trace& trace_;
  ThreadSlices threads_;
  ChromeEvents json_;
  ChromeTracks tracks_;
  std::size_t next_slice_ = 0;
  std::int64_t start_ns_ = 0;
  std::int64_t now_ns_ = 0;
  std::int64_t flying_ = 0;
  std::int64_t depth_ = 0;
  std::uint64_t lost_ = 0;
  std::uint32_t last_arrow_ = 0;
  std::map<std::uint32_t, Span> spans_;    // of live operations
  std::map<StringId, StringId> machines_;  // state of each declared machine
};

}  // namespace

void write_chrome_trace(const Trace& trace, ChromeEvents::Output output) {
  ChromeWriter(trace, std::move(output)).write();
}

}  // namespace proactor_lab
