// Lines that are written when the program makes a request: operations, calls on objects.
#include "traces/import/asio/asio_builder.hpp"

#include <algorithm>
#include <limits>

#include "traces/model/model.hpp"

namespace proactor_lab {
namespace {

constexpr std::size_t places_max = 4096;
constexpr std::size_t text_bytes_max = 200;  // Asio cuts at 80

}  // namespace

AsioBuilder::AsioBuilder(ImportedEvents& events, const ImportLimits& limits)
    : events_(events),
      alive_most_(limits.alive),
      threads_(events),
      objects_(events, limits.alive) {}

void AsioBuilder::add(const AsioLine& line, std::uint64_t number) {
  number_ = number;
  keep_time(line);
  switch (line.action) {
    case AsioAction::created:
      return create(line);
    case AsioAction::place:
      return add_place(line);
    case AsioAction::entered:
      return enter(line);
    case AsioAction::left:
    case AsioAction::threw:
      return leave(line);
    case AsioAction::destroyed:
      return abandon(line);
    case AsioAction::tried:
      return try_call(line);
    case AsioAction::called:
      return call(line);
  }
}

/// The log uses the wall clock, which may be set back, and lines of threads may overtake each
/// other.
void AsioBuilder::keep_time(const AsioLine& line) {
  if (!has_origin_) {
    has_origin_ = true;
    origin_seconds_ = line.seconds;
    origin_microseconds_ = line.microseconds;
  }
  constexpr std::uint64_t seconds_max =
      std::numeric_limits<std::int64_t>::max() / 4 / 1'000'000'000 - 1;
  const std::int64_t last_ns = std::max(now_ns_, events_.last_ns());
  const bool is_before = line.seconds < origin_seconds_;
  const std::uint64_t seconds =
      is_before ? origin_seconds_ - line.seconds : line.seconds - origin_seconds_;
  if (seconds > seconds_max) {
    now_ns_ = last_ns;
    return unmatched("times too far from the others");
  }
  const std::int64_t whole_ns = static_cast<std::int64_t>(seconds) * 1'000'000'000;
  const std::int64_t part_ns =
      (std::int64_t{line.microseconds} - std::int64_t{origin_microseconds_}) * 1'000;
  const std::int64_t ns = (is_before ? -whole_ns : whole_ns) + part_ns;
  if (ns < last_ns) {
    if (backward_lines_++ == 0) backward_first_ = number_;
    backward_most_ns_ = std::max(backward_most_ns_, last_ns - ns);
  }
  now_ns_ = std::max(ns, last_ns);
}

std::uint16_t AsioBuilder::thread_of_context(std::uint64_t context) {
  if (context == 0) return threads_.outside(now_ns_);
  const auto found = operations_.find(context);
  if (found != operations_.end() && found->second.is_inside) return found->second.thread;
  // A handler that was never entered is being destroyed; its own line follows later.
  if (found == operations_.end()) {
    unmatched("lines of handlers that the log does not show entered");
  }
  return threads_.outside(now_ns_);
}

std::uint32_t AsioBuilder::cause_on(std::uint16_t number) const {
  const AsioThreads::Thread& thread = const_cast<AsioThreads&>(threads_).thread(number);
  if (thread.handlers.empty()) return thread.last_event;
  const auto found = operations_.find(thread.handlers.back());
  return found == operations_.end() ? thread.last_event : found->second.entered;
}

Event AsioBuilder::event_on(EventKind kind, std::uint16_t thread) const {
  Event event;
  event.kind = kind;
  event.time_ns = now_ns_;
  event.thread = thread;
  event.cause = cause_on(thread);
  return event;
}

Event AsioBuilder::event_of(EventKind kind, const Operation& operation) const {
  Event event;
  event.kind = kind;
  event.time_ns = now_ns_;
  event.operation = operation.id;
  return event;
}

Event AsioBuilder::inferred(EventKind kind, const Operation& operation,
                            std::int64_t earliest_ns) const {
  Event event = event_of(kind, operation);
  event.certainty = Certainty::inferred;
  event.earliest_ns = earliest_ns;
  return event;
}

/// The innermost place comes first; all places come before the operation's own line.
void AsioBuilder::add_place(const AsioLine& line) {
  if (places_.size() >= places_max) {
    places_.clear();
    unmatched("places in the source without their operation");
  }
  Place& place = places_[line.id];
  const bool is_own = is_asio_file(line.file);
  const std::string_view function = short_function(line.function);
  if (is_own && place.composed.empty() && !place.has_user_place) {
    place.composed = function.substr(0, text_bytes_max);
  }
  const bool is_better = place.file.empty() || (!is_own && !place.has_user_place);
  if (is_better) {
    place.file = line.file.substr(0, text_bytes_max);
    place.line = line.line;
  }
  // A lambda's name is not informative.
  if (is_better || place.function == "operator()") {
    if (!function.empty()) place.function = function.substr(0, text_bytes_max);
  }
  place.has_user_place = place.has_user_place || !is_own;
}

void AsioBuilder::create(const AsioLine& line) {
  const std::uint16_t thread = thread_of_context(line.context);
  if (operations_.count(line.id) != 0) {
    unmatched("handlers created a second time: several programs wrote to one log");
    forget(line.id);
  }
  if (operations_.size() >= alive_most_) {
    unmatched("operations past the limit of those under way at once");
    places_.erase(line.id);
    return;
  }
  const Event base = event_on(EventKind::operation_initiated, thread);
  Operation operation;
  operation.verb = verb_of(line);
  operation.is_strand = is_strand(line.type);
  operation.handle = operation.verb.has_handle ? objects_.handle_for(line, base) : 0;
  operation.id = ++last_operation_;
  operation.context = line.context;
  operation.created_line = number_;
  operation.thread = thread;
  Event event = base;
  event.operation = operation.id;
  event.opcode = events_.keep(operation.verb.opcode);
  event.handle = operation.handle;
  place(operation, line, event);
  event.label = operation.handler;
  operation.initiated = events_.add(event);
  hand_over(operation);
  if (!operation.verb.is_job) {
    objects_.add_pending(line, base, line.id, [this](std::uint64_t id) { return is_pending(id); });
  }
  operations_.emplace(line.id, std::move(operation));
  threads_.touch(thread, now_ns_, number_);
}

/// The log has no handler names: a handler is named after the function that initiated its
/// operation.
void AsioBuilder::place(Operation& operation, const AsioLine& line, Event& event) {
  Place known;
  if (const auto found = places_.find(line.id); found != places_.end()) {
    known = std::move(found->second);
    places_.erase(found);
  }
  operation.has_user_place = known.has_user_place;
  operation.first = operation.id;
  if (!known.composed.empty()) operation.composed = events_.keep(known.composed);
  event.file = events_.keep(known.file);
  event.line = known.line;
  const std::string_view name =
      known.function.empty() ? line.name.substr(0, line.name.find('(')) : known.function;
  operation.handler = events_.keep(std::string(name.substr(0, text_bytes_max)) + "'s handler");

  // A composed operation continues. If the program records places, its inner operations have none.
  const auto before = operations_.find(line.context);
  if (before == operations_.end() || known.has_user_place) return;
  const Operation& part = before->second;
  if (operation.composed == no_string || part.composed != operation.composed) return;
  if (!part.has_user_place) return;
  operation.has_user_place = true;
  event.parent = operation.first = part.first;
  operation.handler = part.handler;
}

/// Always before the initiating function returns. A job completes at once.
void AsioBuilder::hand_over(Operation& operation) {
  operation.not_before_ns = now_ns_;
  Event event = inferred(EventKind::operation_submitted, operation, now_ns_);
  event.thread = operation.thread;
  event.cause = operation.initiated;
  const std::uint32_t submitted = events_.add(event);
  event = inferred(EventKind::operation_started, operation, now_ns_);
  event.cause = submitted;
  operation.started = events_.add(event);
  if (!operation.verb.is_job) return;
  event = inferred(EventKind::operation_completed, operation, now_ns_);
  event.cause = operation.started;
  operation.completed = events_.add(event);
  queue(operation, now_ns_);
}

void AsioBuilder::call(const AsioLine& line) {
  const std::uint16_t thread = thread_of_context(line.context);
  const std::string_view name = line.name;
  const bool closes = name == "close" || name == "release";
  if (closes || name.starts_with("cancel")) request_cancels(line, thread);
  if (closes && is_handle(line.type)) {
    objects_.close(line, event_on(EventKind::handle_closed, thread));
  } else if (!closes && !name.starts_with("cancel")) {
    Event event = event_on(EventKind::note, thread);
    event.text = events_.keep(std::string(line.type.substr(0, text_bytes_max)) + "." +
                              std::string(name.substr(0, text_bytes_max)));
    events_.add(event);
  }
  threads_.touch(thread, now_ns_, number_);
}

void AsioBuilder::request_cancels(const AsioLine& line, std::uint16_t thread) {
  std::vector<std::uint64_t> targets =
      objects_.pending(line, [this](std::uint64_t id) { return is_pending(id); });
  if (targets.empty() && line.name.starts_with("cancel")) ++empty_cancels_;
  if (line.name == "cancel_one" && targets.size() > 1) targets.resize(1);
  for (const std::uint64_t id : targets) {
    Event event = event_on(EventKind::cancel_requested, thread);
    event.target = operations_.at(id).id;
    events_.add(event);
  }
}

/// True if the operation can still be cancelled: it has not completed.
bool AsioBuilder::is_pending(std::uint64_t id) const {
  const auto found = operations_.find(id);
  return found != operations_.end() && found->second.completed == 0;
}

void AsioBuilder::forget(std::uint64_t id) {
  const auto found = operations_.find(id);
  if (found == operations_.end()) return;
  if (found->second.is_inside) {
    std::erase(threads_.thread(found->second.thread).handlers, id);
  }
  operations_.erase(found);
}

void AsioBuilder::finish() {
  threads_.settle();
  std::vector<std::string>& sentences = events_.report().sentences;
  const auto tell = [&](std::uint64_t count, const std::string& one, const std::string& many) {
    if (count > 0) sentences.push_back(std::to_string(count) + " " + (count == 1 ? one : many));
  };
  if (!places_.empty()) {
    events_.count_unmatched("places in the source without their operation", number_,
                            places_.size());
  }
  tell(operations_.size(), "operation was under way when the log ended",
       "operations were under way when the log ended");
  tell(tries_not_yet_, "system call found nothing to do yet",
       "system calls found nothing to do yet");
  tell(empty_cancels_, "cancel found nothing to cancel", "cancels found nothing to cancel");
  if (threads_.count() > 1) {
    tell(threads_.count(), "", "threads explain what ran at once; the log itself names none");
  }
  if (backward_lines_ > 0) {
    sentences.push_back("time runs backwards at " + std::to_string(backward_lines_) +
                        (backward_lines_ == 1 ? " line" : " lines") + ", by " +
                        format_duration(backward_most_ns_) + " at most, first at line " +
                        std::to_string(backward_first_) + ": it is held there");
  }
}

}  // namespace proactor_lab
