#include "traces/explain/waiting_words.hpp"

#include <algorithm>
#include <utility>

#include "traces/format/printable_text.hpp"
#include "traces/model/verbs.hpp"

namespace proactor_lab {
namespace {

constexpr std::size_t handlers_told_max = 3;

bool is_of_client(EventKind kind) {
  return kind == EventKind::client_connected || kind == EventKind::client_sent ||
         kind == EventKind::client_received || kind == EventKind::client_closed;
}

}  // namespace

WaitingWords::WaitingWords(const Model& model)
    : model_(model), runs_(handler_runs(model, model.event_count())) {}

std::string WaitingWords::between(std::uint32_t cause, std::uint32_t effect) const {
  const Event& from = model_.event(cause);
  const Event& to = model_.event(effect);
  if (to.time_ns <= from.time_ns) return "";
  switch (to.kind) {
    case EventKind::operation_submitted:
      return handed_over_late(from, to);
    case EventKind::operation_started:
      if (from.operation != to.operation && from.operation != 0) {
        return "it waited for " + model_.name_of_operation(from.operation) +
               ", to which it is linked";
      }
      return "the system call that handed it over took its time";
    case EventKind::handle_opened:
    case EventKind::bytes_moved:
    case EventKind::readiness_reported:
    case EventKind::operation_completed:
      return in_the_system(from, to);
    case EventKind::client_connected:
    case EventKind::client_sent:
    case EventKind::client_received:
    case EventKind::client_closed:
      return of_client(from, to);
    case EventKind::completion_dequeued:
    case EventKind::wait_returned:
      return "in the queue, " + behind_handlers(from, to);
    case EventKind::worker_acquired:
      return from.kind == EventKind::completion_dequeued ? "no place of the worker pool was free"
                                                         : "the place was not given on at once";
    case EventKind::worker_busy:
      return until_worker_ran(from, to);
    case EventKind::handler_entered:
      return from.kind == EventKind::completion_dequeued ? behind_handlers(from, to)
                                                         : until_worker_ran(from, to);
    case EventKind::operation_initiated:
    case EventKind::handler_exited:
    case EventKind::cancel_requested:
      if (from.kind != EventKind::handler_entered) return "the program was at work";
      return (from.label == no_string ? "the handler"
                                      : printable(model_.trace().text(from.label))) +
             " was at work";
    default:
      return of_thread(from, to);
  }
}

std::string WaitingWords::blocked(std::uint32_t seq) const {
  const Event& event = model_.event(seq);
  if (event.kind != EventKind::thread_blocked || model_.trace().text(event.text) != "lock")
    return "";
  return for_lock(event, event);
}

/// Between an operation's start and its completion.
std::string WaitingWords::in_the_system(const Event& cause, const Event& effect) const {
  const OperationRecord* operation = model_.operation(effect.operation);
  if (is_of_client(cause.kind)) {
    // If it completes at the time of its start, what it waits for had arrived before.
    const bool was_there = operation != nullptr && operation->started > cause.seq &&
                           model_.event(operation->started).time_ns == effect.time_ns;
    return was_there ? "on its way, and then in the system until somebody asked for it"
                     : "on its way through the network";
  }
  if (operation == nullptr) return "in the system";
  if (cause.operation != 0 && cause.operation != effect.operation) {
    return "it waited for " + model_.name_of_operation(cause.operation);
  }
  const Verb& verb = verb_named(model_.trace().text(operation->opcode));
  if (verb.waits_for == WaitsFor::clock) return "the timer ran";
  const HandleRecord* handle = model_.handle(operation->handle);
  const bool is_file = handle != nullptr && handle->opened != 0 &&
                       model_.trace().text(model_.event(handle->opened).text) == "file";
  if (is_file || verb.waits_for == WaitsFor::disk) return "the disk took its time";
  if (verb.waits_for == WaitsFor::network) return "on its way through the network and back";
  if (effect.certainty == Certainty::inferred) {
    return "in the system, at most so long: its end is inferred";
  }
  return "in the system";
}

std::string WaitingWords::of_client(const Event& cause, const Event& effect) const {
  if (effect.kind == EventKind::client_received) return "on its way through the network";
  if (cause.kind == EventKind::client_connected) {
    return "until it was connected and had something to say";
  }
  return is_of_client(cause.kind) ? "its own pause" : "as the scenario has it";
}

/// What ran on the waiting thread: other handlers, or nothing because it slept.
std::string WaitingWords::behind_handlers(const Event& cause, const Event& effect) const {
  std::vector<std::pair<StringId, std::int64_t>> busy;  // by handler's name, in order
  std::size_t more = 0;
  const auto last = std::partition_point(
      runs_.begin(), runs_.end(), [&](const HandlerRun& run) { return run.entered < effect.seq; });
  for (auto run = last; run != runs_.begin();) {
    --run;
    const Event& entered = model_.event(run->entered);
    if (entered.thread != effect.thread) continue;
    const std::int64_t until_ns =
        run->exited == 0 ? effect.time_ns : model_.event(run->exited).time_ns;
    if (until_ns < cause.time_ns) break;  // handlers of a thread run one after the other
    const std::int64_t ns =
        std::min(until_ns, effect.time_ns) - std::max(entered.time_ns, cause.time_ns);
    if (ns <= 0) continue;
    const auto known = std::find_if(busy.begin(), busy.end(),
                                    [&](const auto& each) { return each.first == entered.label; });
    if (known != busy.end()) {
      known->second += ns;
    } else if (busy.size() < handlers_told_max) {
      busy.emplace_back(entered.label, ns);
    } else {
      ++more;
    }
  }
  if (busy.empty()) return "until the loop was back from its wait, on a core";
  std::string words = "behind ";
  for (std::size_t i = 0; i < busy.size(); ++i) {
    words += (i == 0                              ? ""
              : i + 1 == busy.size() && more == 0 ? " and "
                                                  : ", ") +
             printable(model_.trace().text(busy[i].first)) + " (" +
             format_duration(busy[i].second) + ")";
  }
  return words + (more > 0 ? " and others" : "");
}

std::string WaitingWords::until_worker_ran(const Event& cause, const Event& effect) const {
  for (std::uint32_t seq = cause.seq + 1; seq < effect.seq; ++seq) {
    const Event& event = model_.event(seq);
    const bool waits = event.kind == EventKind::thread_blocked && event.thread == effect.thread;
    if (waits && model_.trace().text(event.text) == "cpu") return "no core was free for its worker";
  }
  return "its worker was being woken";
}

std::string WaitingWords::handed_over_late(const Event& cause, const Event& effect) const {
  const OperationRecord* operation = model_.operation(effect.operation);
  const OperationRecord* outer =
      operation == nullptr ? nullptr : model_.operation(operation->initiated_in);
  if (cause.thread != effect.thread) return "asked for by a worker: the loop hands it over";
  const bool still = outer != nullptr && outer->exited > cause.seq &&
                     model_.event(outer->exited).time_ns > cause.time_ns &&
                     outer->handler != no_string;
  if (still) {
    return printable(model_.trace().text(outer->handler)) +
           " went on, and the loop hands over when it waits next";
  }
  return "the loop was busy, and hands over when it waits next";
}

std::string WaitingWords::of_thread(const Event& cause, const Event& effect) const {
  switch (effect.kind) {
    case EventKind::thread_woken:
    case EventKind::lock_acquired: {
      const std::string_view on = model_.trace().text(cause.text);
      if (effect.kind == EventKind::lock_acquired || on == "lock")
        return "it waited " + for_lock(cause, effect);
      if (on == "job") return "there was nothing to do";
      if (cause.kind == EventKind::condition_notified) return "it waited for that condition";
      if (on == "cpu") return "no core was free";
      const bool sleeps = cause.cause != 0 && cause.cause < cause.seq &&
                          model_.trace().text(model_.event(cause.cause).opcode) == "sleep";
      return sleeps ? "it slept, as it had asked to"
                    : "blocked in its call until there was an answer";
    }
    case EventKind::thread_switched:
      return "no core was free";
    case EventKind::syscall_returned:
      return "in the system";
    case EventKind::run_finished:
      return "nothing happened any more";
    case EventKind::fault_injected:
      return "as the scenario has it";
    default:
      return effect.thread != 0 && effect.thread == cause.thread ? "the thread was at work" : "";
  }
}

std::string WaitingWords::for_lock(const Event& cause, const Event& effect) const {
  StringId lock = effect.kind == EventKind::lock_acquired ? effect.label : no_string;
  // A blocked thread has requested the lock just before.
  if (lock == no_string && cause.cause != 0 && cause.cause < cause.seq) {
    lock = model_.event(cause.cause).label;
  }
  // The holder when the wait began, else the first thread that acquired the lock afterwards.
  std::uint16_t holder = 0;
  std::uint32_t last = cause.seq;
  while (last + 1 < effect.seq && model_.event(last + 1).time_ns == cause.time_ns) ++last;
  for (std::uint32_t seq = last; seq > 0 && holder == 0; --seq) {
    const Event& event = model_.event(seq);
    if (event.label != lock) continue;
    if (event.kind == EventKind::lock_acquired) holder = event.thread;
    if (event.kind == EventKind::lock_released && seq < cause.seq) break;
  }
  for (std::uint32_t seq = last + 1; seq < effect.seq && holder == 0; ++seq) {
    const Event& event = model_.event(seq);
    if (event.kind == EventKind::lock_acquired && event.label == lock) holder = event.thread;
  }
  std::string words = "for lock " + printable(model_.trace().text(lock));
  if (holder != 0 && holder != effect.thread) words += ", held by " + name_of_thread(holder);
  return words;
}

std::string WaitingWords::name_of_thread(std::uint16_t id) const {
  for (const ThreadRecord& thread : model_.threads()) {
    if (thread.id == id && thread.label != no_string) {
      return "thread " + printable(model_.trace().text(thread.label));
    }
  }
  return "thread T" + std::to_string(id);
}

}  // namespace proactor_lab
